import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import { decodeStoredTask } from '../../protocol/envelope.ts'
import { HistoryWalk, type SeqRange } from './history-walk.ts'
import { cellBytes, cellNumber } from './sqlite-cells.ts'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import { highestSeq, IS_NEEDED, readMeta, SETTLED_BEFORE, writeMeta } from './sqlite-schema.ts'

/** A pass through the history waits until at least this share of the age has something to reclaim. */
const PASS_SHARE = 1 / 64
const PASS_WAIT_MS_MAX = 3_600_000
const TRACES_A_SLICE = 512

/**
 * Reclaims settled tasks when they are old enough, all that is known of them together: record, history, logs, id. What
 * waits is never touched. A pass walks the whole history, because a task accepted early may settle late; the next pass
 * begins when the oldest task that the last one left behind has come of age.
 */
export class AgeRetention {
  readonly #db: DatabaseSync
  readonly #ageMs: number
  readonly #walk: HistoryWalk
  readonly #reclaim: StatementSync
  readonly #orphans: readonly StatementSync[]
  readonly #oldestIn: StatementSync
  readonly #anyId: StatementSync
  readonly #freeId: StatementSync
  readonly #traces: StatementSync
  /** When the oldest settled task that is kept was settled, as of the last pass. */
  #oldestMs: number
  #pass: { oldestMs: number } | undefined

  constructor(db: DatabaseSync, ageMs: number, clock: Clock) {
    this.#db = db
    this.#ageMs = ageMs
    this.#walk = new HistoryWalk(db, clock)
    this.#reclaim = db.prepare(
      `DELETE FROM task WHERE seq BETWEEN ? AND ? AND ${SETTLED_BEFORE}
       AND NOT ${IS_NEEDED} RETURNING seq, iif(?, envelope, NULL)`,
    )
    this.#reclaim.setReturnArrays(true)
    this.#orphans = ['history', 'log'].map((table) =>
      db.prepare(
        `DELETE FROM ${table} WHERE key BETWEEN ? AND ?
         AND NOT EXISTS (SELECT 1 FROM task WHERE seq = key / ${KEYS_PER_TASK})`,
      ),
    )
    this.#oldestIn = db.prepare(
      'SELECT min(settled_at) AS oldest FROM history WHERE key BETWEEN ? AND ? AND settled_at >= ? AND state < 4',
    )
    this.#anyId = db.prepare('SELECT EXISTS (SELECT 1 FROM caller_id) AS any_id')
    this.#freeId = db.prepare('DELETE FROM caller_id WHERE id = ? AND seq = ?')
    this.#traces = db.prepare(
      `DELETE FROM trace WHERE at < ? AND id IN (SELECT id FROM trace ORDER BY id LIMIT ${TRACES_A_SLICE})`,
    )
    this.#oldestMs = readMeta(db, 'oldest_settled_ms') ?? -Infinity
  }

  isDue(nowMs: number): boolean {
    if (this.#pass !== undefined) return true
    const waitMs = Math.min(this.#ageMs * PASS_SHARE, PASS_WAIT_MS_MAX)
    return nowMs - this.#ageMs >= this.#oldestMs + waitMs
  }

  /** One slice, inside the caller's transaction. */
  slice(nowMs: number): void {
    this.#pass ??= { oldestMs: nowMs }
    const pass = this.#pass
    const cutoffMs = nowMs - this.#ageMs
    const more = this.#walk.step((range) => {
      this.#reclaimIn(range, cutoffMs)
      // What is older and still there is needed by others: it goes with a later pass, which need not come sooner for it.
      const { oldest } =
        this.#oldestIn.get(firstKey(range.first), lastKey(range.last), cutoffMs) ?? {}
      if (typeof oldest === 'number') pass.oldestMs = Math.min(pass.oldestMs, oldest)
    })
    this.#traces.run(cutoffMs)
    if (!more) this.#endPass(pass.oldestMs)
  }

  #reclaimIn({ first, last }: SeqRange, cutoffMs: number): void {
    const seqMax = highestSeq(this.#db)
    const named = this.#anyId.get()?.['any_id'] === 1
    const reclaimed = this.#reclaim.all(first, last, cutoffMs, named ? 1 : 0)
    if (reclaimed.length === 0) return
    for (const orphans of this.#orphans) orphans.run(firstKey(first), lastKey(last))
    if (named) for (const row of reclaimed) this.#releaseId(cellNumber(row[0]), cellBytes(row[1]))
    writeMeta(this.#db, 'seq_max', seqMax)
  }

  #releaseId(seq: number, envelope: Uint8Array): void {
    const { id } = decodeStoredTask(envelope)
    if (id !== undefined) this.#freeId.run(id, seq)
  }

  #endPass(oldestMs: number): void {
    this.#pass = undefined
    this.#oldestMs = oldestMs
    this.#walk.rewind()
    writeMeta(this.#db, 'oldest_settled_ms', oldestMs)
  }
}
