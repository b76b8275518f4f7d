import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import { decodeStoredTask, encodeStoredTask } from '../../protocol/envelope.ts'
import { HistoryWalk, type SeqRange } from './history-walk.ts'
import { FORM, STATE } from './outcome-code.ts'
import { cellBytes } from './sqlite-cells.ts'
import { MultiInsert } from './sqlite-insert.ts'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import { pragma, SUCCEEDED } from './sqlite-schema.ts'
import { HISTORY_COLUMNS, TASK_COLUMNS } from './sqlite-write.ts'

/** Dropping goes on until this share of the bound is used, so that it does not begin again with the next flush. */
const ENOUGH = 0.9
const TRACES_A_SLICE = 512

const NO_BYTES = new Uint8Array(0)

/**
 * Keeps the store near a size: results, logs and remembered traces go first, then the payloads of tasks that succeeded,
 * each the oldest first. Records, failures, ids and whatever waits stay, so the bound is no wall.
 *
 * SQLite gives no page back for a row that shrinks, only for rows that go: rows are taken out and put back small.
 */
export class BytesRetention {
  readonly #db: DatabaseSync
  readonly #bytesMax: number
  readonly #pageBytes: number
  readonly #resultWalk: HistoryWalk
  readonly #payloadWalk: HistoryWalk
  readonly #dropTraces: StatementSync
  readonly #dropLogs: StatementSync
  readonly #takeResults: StatementSync
  readonly #history: MultiInsert
  readonly #takePayloads: StatementSync
  readonly #tasks: MultiInsert
  #dropping = false

  constructor(db: DatabaseSync, bytesMax: number, clock: Clock) {
    this.#db = db
    this.#bytesMax = bytesMax
    this.#pageBytes = pragma(db, 'page_size')
    this.#resultWalk = new HistoryWalk(db, clock)
    this.#payloadWalk = new HistoryWalk(db, clock)
    this.#dropTraces = db.prepare(
      `DELETE FROM trace WHERE id IN (SELECT id FROM trace ORDER BY id LIMIT ${TRACES_A_SLICE})`,
    )
    this.#dropLogs = db.prepare('DELETE FROM log WHERE key BETWEEN ? AND ?')
    this.#takeResults = db.prepare(
      `DELETE FROM history WHERE key BETWEEN ? AND ? AND outcome IS NOT NULL
       AND state = ${STATE.succeeded}
       AND NOT EXISTS (SELECT 1 FROM dependency WHERE parent = key / ${KEYS_PER_TASK}) RETURNING ${HISTORY_COLUMNS.join(', ')}`,
    )
    this.#history = new MultiInsert(db, 'history', HISTORY_COLUMNS)
    this.#takePayloads = db.prepare(
      `DELETE FROM task WHERE seq BETWEEN ? AND ? AND dropped IS NULL AND ${SUCCEEDED}
       RETURNING ${TASK_COLUMNS.join(', ')}`,
    )
    this.#tasks = new MultiInsert(db, 'task', [...TASK_COLUMNS, 'dropped'])
  }

  /** Two questions to the file's header: ask it now and then, not for each flush. */
  isDue(): boolean {
    const used = pragma(this.#db, 'page_count') - pragma(this.#db, 'freelist_count')
    const share = (used * this.#pageBytes) / this.#bytesMax
    this.#dropping = share > (this.#dropping ? ENOUGH : 1)
    return this.#dropping
  }

  /** One slice, inside the caller's transaction; false when nothing that may go is left, for now. */
  slice(): boolean {
    const traces = Number(this.#dropTraces.run().changes)
    const results = this.#resultWalk.step((range) => this.#dropResults(range))
    if (results || traces > 0) return true
    return this.#payloadWalk.step((range) => this.#dropPayloads(range))
  }

  #dropResults({ first, last }: SeqRange): void {
    this.#dropLogs.run(firstKey(first), lastKey(last))
    const cells = this.#history.cells
    for (const row of this.#takeResults.all(firstKey(first), lastKey(last))) {
      const small = { ...row, form: FORM.dropped, outcome: null }
      cells.push(...Object.values(small))
      this.#history.added()
    }
    this.#history.flush()
  }

  #dropPayloads({ first, last }: SeqRange): void {
    const cells = this.#tasks.cells
    for (const row of this.#takePayloads.all(first, last)) {
      const task = decodeStoredTask(cellBytes(row['envelope']))
      const envelope = encodeStoredTask({ ...task, payload: { ...task.payload, bytes: NO_BYTES } })
      cells.push(...Object.values({ ...row, envelope }), 1)
      this.#tasks.added()
    }
    this.#tasks.flush()
  }
}
