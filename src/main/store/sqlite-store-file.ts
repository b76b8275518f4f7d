import { rmSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../protocol/clock.ts'
import { OctopusError } from '../../protocol/errors.ts'
import type { JournalOpened, PendingPage } from './journal.ts'
import { OwnerLock } from './owner-lock.ts'
import { BatchReader } from './sqlite-batch.ts'
import { cellText } from './sqlite-cells.ts'
import { EnvelopeLoader } from './sqlite-load.ts'
import type { ReadAnswer, ReadQuery, ToStore } from './sqlite-messages.ts'
import { SqliteReader } from './sqlite-read.ts'
import { Recovery } from './sqlite-recovery.ts'
import { SqliteRetention } from './sqlite-retention.ts'
import { highestSeq, openReadable, openWritable, readMeta, writeMeta } from './sqlite-schema.ts'
import { SqliteWriter, type Applied } from './sqlite-write.ts'
import { emptyStatusFile, readStatusFile } from './status-file.ts'
import { createPrivate, resolveStorePath } from './store-files.ts'
import { countSuspects } from './suspects.ts'
import { checkWal } from './wal-check.ts'

type OpenMessage = Extract<ToStore, { kind: 'open' }>
type FlushMessage = Extract<ToStore, { kind: 'flush' }>

/** The store's file and all that stands around it, from opening to closing. */
export class SqliteStoreFile {
  readonly opened: JournalOpened
  readonly types: readonly string[]
  readonly #path: string
  readonly #inode: number
  readonly #lock: OwnerLock
  readonly #db: DatabaseSync
  readonly #readable: DatabaseSync
  readonly #writer: SqliteWriter
  readonly #reader: SqliteReader
  readonly #loader: EnvelopeLoader
  readonly #retention: SqliteRetention

  /** Everything that could refuse comes before anything that writes. */
  static open(message: OpenMessage): SqliteStoreFile {
    const path = resolveStorePath(message.path)
    const lock = OwnerLock.take(path, message.owner)
    try {
      createPrivate(path)
      checkWal(`${path}-wal`)
      return new SqliteStoreFile(path, message, lock, openWritable(path))
    } catch (error) {
      lock.free()
      throw error
    }
  }

  private constructor(path: string, message: OpenMessage, lock: OwnerLock, db: DatabaseSync) {
    this.#path = path
    this.#lock = lock
    this.#db = db
    this.#inode = statSync(path).ino
    this.#readable = openReadable(path)
    this.types = typeNames(db)
    this.#writer = new SqliteWriter(db, this.types.length)
    this.#reader = new SqliteReader(this.#readable)
    this.#loader = new EnvelopeLoader(db, this.#writer.checkpoints, this.#writer.dependencies)
    this.#retention = new SqliteRetention(db, this.#writer, message.retention, systemClock)
    this.opened = this.#begin()
  }

  pending(): Iterable<PendingPage> {
    return new Recovery(this.#db, this.#writer, this.types).pages()
  }

  flush(message: FlushMessage): Applied {
    this.#checkInode()
    const batch = new BatchReader(message, message.wordCount)
    const applied = this.#writer.apply(batch, message.newTypes)
    this.#retention.noteFlush()
    return applied
  }

  /** A slice of what retention has to do; false when there is nothing. */
  tidy(nowMs: number): boolean {
    return this.#retention.slice(nowMs)
  }

  answer(query: ReadQuery): ReadAnswer {
    if (query.what === 'load') return { what: 'load', ...this.#loader.load(query.seqs) }
    return this.#reader.answer(query)
  }

  /** A clean close leaves one file and no log; after a failure the file stays as the last commit left it. */
  close(clean: boolean): void {
    this.#readable.close()
    if (clean) {
      this.#writer.transaction(() => {
        // Nothing runs any more: what was handed back is not charged for the start that was written down.
        this.#db.exec('DELETE FROM started')
        writeMeta(this.#db, 'clean', 1)
      })
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    }
    this.#db.close()
    if (clean) rmSync(statusPath(this.#path), { force: true })
    this.#lock.free()
  }

  /** From here on, an end without `close` is an unclean one. */
  #begin(): JournalOpened {
    const statusFile = statusPath(this.#path)
    const clean = readMeta(this.#db, 'clean') === 1
    const noted = clean ? [] : readStatusFile(statusFile)
    let suspects: JournalOpened['suspects'] = []
    this.#writer.transaction(() => {
      writeMeta(this.#db, 'clean', 0)
      suspects = countSuspects(this.#db, this.#writer, noted)
    })
    emptyStatusFile(statusFile)
    return { seqMax: highestSeq(this.#db), clean, suspects, statusFile }
  }

  /** Without its name a file still takes writes, and everything in it is lost with the process. */
  #checkInode(): void {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    if (found?.ino === this.#inode) return
    const what = found === undefined ? 'was deleted' : 'was replaced by another file'
    throw new OctopusError('E_STORE_IO', `${this.#path} ${what} while it was in use`, {
      hint: 'Nothing more is accepted, because it would be lost. Put the file back and start again.',
    })
  }
}

function statusPath(path: string): string {
  return `${path}.running`
}

function typeNames(db: DatabaseSync): string[] {
  const rows = db.prepare('SELECT name FROM type ORDER BY id').all()
  return rows.map((row) => cellText(row['name']))
}
