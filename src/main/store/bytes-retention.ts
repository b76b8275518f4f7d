import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import { decodeStoredTask, encodeStoredTask } from '../../protocol/envelope.ts'
import { HistoryWalk, type SeqRange } from './history-walk.ts'
import { FORM, STATE } from './outcome-code.ts'
import { cellBytes, cellNumber } from './sqlite-cells.ts'
import { firstKey, KEYS_PER_TASK, lastKey, pragma } from './sqlite-schema.ts'

/** Dropping goes on until this share of the bound is used, so that it does not begin again with the next flush. */
const ENOUGH = 0.9
const TRACES_A_SLICE = 512

const NO_BYTES = new Uint8Array(0)

/**
 * Keeps the store near a size: results, logs and remembered traces go first, then the payloads of tasks that succeeded,
 * each the oldest first. Records, failures, ids and whatever waits stay, so the bound is no wall.
 */
export class BytesRetention {
  readonly #db: DatabaseSync
  readonly #bytesMax: number
  readonly #pageBytes: number
  readonly #results: HistoryWalk
  readonly #payloads: HistoryWalk
  readonly #dropTraces: StatementSync
  readonly #dropLogs: StatementSync
  readonly #dropResults: StatementSync
  readonly #payloadsIn: StatementSync
  readonly #dropPayload: StatementSync
  #dropping = false

  constructor(db: DatabaseSync, bytesMax: number, clock: Clock) {
    this.#db = db
    this.#bytesMax = bytesMax
    this.#pageBytes = pragma(db, 'page_size')
    this.#results = new HistoryWalk(db, clock)
    this.#payloads = new HistoryWalk(db, clock)
    this.#dropTraces = db.prepare(
      `DELETE FROM trace WHERE id IN (SELECT id FROM trace ORDER BY id LIMIT ${TRACES_A_SLICE})`,
    )
    this.#dropLogs = db.prepare('DELETE FROM log WHERE key BETWEEN ? AND ?')
    this.#dropResults = db.prepare(
      `UPDATE history SET form = ${FORM.dropped}, outcome = NULL
       WHERE key BETWEEN ? AND ? AND state = ${STATE.succeeded} AND outcome IS NOT NULL`,
    )
    this.#payloadsIn = db.prepare(
      `SELECT seq, envelope FROM task WHERE seq BETWEEN ? AND ? AND dropped IS NULL AND EXISTS (
         SELECT 1 FROM history WHERE state = ${STATE.succeeded}
         AND key BETWEEN seq * ${KEYS_PER_TASK} AND seq * ${KEYS_PER_TASK} + ${KEYS_PER_TASK - 1})`,
    )
    this.#dropPayload = db.prepare('UPDATE task SET envelope = ?, dropped = 1 WHERE seq = ?')
  }

  /** Two questions to the file's header: ask it now and then, not for each flush. */
  isDue(): boolean {
    const used =
      (pragma(this.#db, 'page_count') - pragma(this.#db, 'freelist_count')) * this.#pageBytes
    this.#dropping = used > this.#bytesMax * (this.#dropping ? ENOUGH : 1)
    return this.#dropping
  }

  /** One slice, inside the caller's transaction; false when nothing that may go is left, for now. */
  slice(): boolean {
    const traces = this.#dropTraces.run().changes
    if (this.#results.step((range) => this.#dropResultsIn(range))) return true
    return this.#payloads.step((range) => this.#dropPayloadsIn(range)) || Number(traces) > 0
  }

  #dropResultsIn({ first, last }: SeqRange): void {
    this.#dropLogs.run(firstKey(first), lastKey(last))
    this.#dropResults.run(firstKey(first), lastKey(last))
  }

  #dropPayloadsIn({ first, last }: SeqRange): void {
    for (const row of this.#payloadsIn.all(first, last)) {
      const task = decodeStoredTask(cellBytes(row['envelope']))
      const stub = encodeStoredTask({ ...task, payload: { ...task.payload, bytes: NO_BYTES } })
      this.#dropPayload.run(stub, cellNumber(row['seq']))
    }
  }
}
