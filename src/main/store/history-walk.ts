import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import { cellNumber } from './sqlite-cells.ts'
import { KEYS_PER_TASK, lastKey } from './history-key.ts'

/** A slice that took longer is followed by a smaller one, so that a flush never waits long behind it. */
const SLICE_MS_MAX = 2
const ROWS_MIN = 16
const ROWS_MAX = 4_096

/** Seqs from `first` to `last`, both included: the next few tasks that have any history. */
export interface SeqRange {
  readonly first: number
  readonly last: number
}

/** Walks through the history from its oldest task on, in slices that find their own size. */
export class HistoryWalk {
  readonly #edge: StatementSync
  readonly #clock: Clock
  #key = 0
  #rows = 256

  constructor(db: DatabaseSync, clock: Clock) {
    this.#clock = clock
    this.#edge = db.prepare(
      'SELECT min(key) AS low, max(key) AS high FROM (SELECT key FROM history WHERE key > ? ORDER BY key LIMIT ?)',
    )
  }

  /** Works on the next slice; false when there is none, for now. */
  step(work: (range: SeqRange) => void): boolean {
    const startedMs = this.#clock.monotonicMs()
    const edge = this.#edge.get(this.#key, this.#rows)
    if (typeof edge?.['high'] !== 'number') return false
    const first = Math.floor(cellNumber(edge['low']) / KEYS_PER_TASK)
    const last = Math.floor(edge['high'] / KEYS_PER_TASK)
    work({ first, last })
    this.#key = lastKey(last)
    const tookMs = this.#clock.monotonicMs() - startedMs
    this.#rows = tookMs > SLICE_MS_MAX ? Math.max(ROWS_MIN, this.#rows >> 1) : this.#grown(tookMs)
    return true
  }

  rewind(): void {
    this.#key = 0
  }

  #grown(tookMs: number): number {
    return tookMs < SLICE_MS_MAX / 2 ? Math.min(ROWS_MAX, this.#rows << 1) : this.#rows
  }
}
