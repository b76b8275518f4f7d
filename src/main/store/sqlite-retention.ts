import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import { AgeRetention } from './age-retention.ts'
import { BytesRetention } from './bytes-retention.ts'
import type { Retention } from './sqlite-messages.ts'
import { pragma } from './sqlite-schema.ts'
import type { SqliteWriter } from './sqlite-write.ts'

/** The size is looked at after so many flushes. */
const SIZE_CHECK_FLUSHES = 32
/** Free pages go back to the file system when there are this many and they are a quarter of the file. */
const FREE_PAGES_MIN = 1_024
const FREE_SHARE = 1 / 4
const FREED_PAGES_A_SLICE = 64

/**
 * What makes room, in slices between flushes. Driven by activity, never by a timer: an idle store stays as it is. A
 * slice's commit is not synced, for losing one only means to do it again.
 */
export class SqliteRetention {
  readonly #db: DatabaseSync
  readonly #writer: SqliteWriter
  readonly #age: AgeRetention
  readonly #bytes: BytesRetention
  #flushes = 0
  #tooLarge = true

  constructor(
    db: DatabaseSync,
    writer: SqliteWriter,
    { ageMs, bytesMax }: Retention,
    clock: Clock,
  ) {
    this.#db = db
    this.#writer = writer
    this.#age = new AgeRetention(db, ageMs, clock)
    this.#bytes = new BytesRetention(db, bytesMax, clock)
  }

  /** After a flush. */
  noteFlush(): void {
    this.#flushes += 1
    if (this.#flushes % SIZE_CHECK_FLUSHES === 0) this.#tooLarge = true
  }

  /** One slice of what is to do; false when there is nothing. */
  slice(nowMs: number): boolean {
    if (this.#age.isDue(nowMs)) {
      this.#writer.unsynced(() => this.#age.slice(nowMs))
      return true
    }
    if (!this.#tooLarge) return false
    this.#tooLarge = this.#bytes.isDue() && this.#dropSlice()
    return this.#tooLarge || this.#giveBack()
  }

  #dropSlice(): boolean {
    let dropped = false
    this.#writer.unsynced(() => {
      dropped = this.#bytes.slice()
    })
    return dropped
  }

  #giveBack(): boolean {
    const free = pragma(this.#db, 'freelist_count')
    if (free < FREE_PAGES_MIN || free < pragma(this.#db, 'page_count') * FREE_SHARE) return false
    this.#db.exec(`PRAGMA incremental_vacuum(${FREED_PAGES_A_SLICE})`)
    this.#tooLarge = true
    return true
  }
}
