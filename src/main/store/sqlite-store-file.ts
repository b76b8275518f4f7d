import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { OctopusError } from '../../protocol/errors.ts'
import type { JournalOpened, PendingPage } from './journal.ts'
import { cellNumber, cellText } from './sqlite-cells.ts'
import { BatchReader } from './sqlite-batch.ts'
import type { ToStore } from './sqlite-messages.ts'
import { SqliteReader } from './sqlite-read.ts'
import { pendingPages } from './sqlite-recovery.ts'
import { openReadable, openWritable, readMeta, writeMeta } from './sqlite-schema.ts'
import { SqliteWriter } from './sqlite-write.ts'

type OpenMessage = Extract<ToStore, { kind: 'open' }>
type FlushMessage = Extract<ToStore, { kind: 'flush' }>

/** The store's file and all that stands around it, from opening to closing. */
export class SqliteStoreFile {
  readonly opened: JournalOpened
  readonly types: string[]
  readonly reader: SqliteReader
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #readable: DatabaseSync
  readonly #writer: SqliteWriter
  readonly #inode: number

  static open(message: OpenMessage): SqliteStoreFile {
    return new SqliteStoreFile(message, openWritable(message.path))
  }

  private constructor(message: OpenMessage, db: DatabaseSync) {
    this.#path = message.path
    this.#db = db
    this.#readable = openReadable(message.path)
    this.#inode = statSync(message.path).ino
    this.types = db
      .prepare('SELECT name FROM type ORDER BY id')
      .all()
      .map((row) => cellText(row['name']))
    this.reader = new SqliteReader(this.#readable)
    this.#writer = new SqliteWriter(db, this.types.length)
    const clean = readMeta(db, 'clean') === 1
    writeMeta(db, 'clean', 0)
    this.opened = { seqMax: highestSeq(db), clean, suspects: [], statusFile: undefined }
  }

  pending(): Iterable<PendingPage> {
    return pendingPages(this.#db, this.types, this.#writer)
  }

  flush(message: FlushMessage): Float64Array | undefined {
    this.#checkInode()
    return this.#writer.apply(new BatchReader(message, message.wordCount), message.newTypes)
  }

  tidy(_nowMs: number): void {}

  close(clean: boolean): void {
    this.#readable.close()
    if (clean) {
      writeMeta(this.#db, 'clean', 1)
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    }
    this.#db.close()
  }

  #checkInode(): void {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    if (found?.ino === this.#inode) return
    const what = found === undefined ? 'was deleted' : 'was replaced by another file'
    throw new OctopusError('E_STORE_IO', `${this.#path} ${what} while it was in use`, {
      hint: 'Nothing more is accepted, because it would be lost. Put the file back from a backup and start again.',
    })
  }
}

function highestSeq(db: DatabaseSync): number {
  const row = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM task').get()
  return Math.max(cellNumber(row?.['seq']), readMeta(db, 'seq_max') ?? 0)
}
