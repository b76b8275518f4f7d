import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import { STATE, STATE_AGAIN, STATE_RETRIED } from './outcome-code.ts'
import type { StoredTask } from '../../protocol/task.ts'
import { decodeStoredTask } from '../../protocol/envelope.ts'
import type { Parents } from './journal.ts'
import { cellBytes, cellNumber } from './sqlite-cells.ts'
import type { SqliteDependencies } from './sqlite-dependencies.ts'
import { RETRY } from './sqlite-messages.ts'

/**
 * Gives an ended task another run: the attempt that had ended it stays on record and ends it no more. Recovery finds such
 * a task by its history, as any other that waits; below the watermark it must be listed.
 */
export class SqliteRetry {
  readonly #task: StatementSync
  readonly #last: StatementSync
  readonly #reopen: StatementSync
  readonly #list: StatementSync
  readonly #dependencies: SqliteDependencies

  constructor(db: DatabaseSync, dependencies: SqliteDependencies) {
    this.#dependencies = dependencies
    this.#task = db.prepare('SELECT arm, type, priority, dropped, envelope FROM task WHERE seq = ?')
    this.#last = db.prepare(
      'SELECT key, state FROM history WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1',
    )
    this.#reopen = db.prepare(
      `UPDATE history SET state = state + ${STATE_RETRIED}, due_at = 0 WHERE key = ?`,
    )
    this.#list = db.prepare(
      `INSERT OR IGNORE INTO straggler(seq)
       SELECT ?1 WHERE ?1 < (SELECT value FROM meta WHERE name = 'scan_from')`,
    )
  }

  /** In the caller's transaction; everything before it must be in the tables. */
  retry(seq: number): RetryOutcome {
    const task = this.#task.get(seq)
    if (task === undefined) return { kind: RETRY.dropped }
    const last = this.#last.get(firstKey(seq), lastKey(seq))
    const state = last === undefined ? STATE_AGAIN : cellNumber(last['state'])
    if (state >= STATE_AGAIN) return { kind: RETRY.pending }
    if (state === STATE.succeeded) return { kind: RETRY.succeeded }
    const key = cellNumber(last?.['key'])
    if (task['dropped'] === 1 || key === lastKey(seq)) return { kind: RETRY.dropped }
    const stored = decodeStoredTask(cellBytes(task['envelope']))
    const parents = this.#parentsOf(stored)
    if (parents === undefined) return { kind: RETRY.dropped }
    this.#reopen.run(key)
    this.#list.run(seq)
    const [arm = 0, type = 0, priority = 0] = [task['arm'], task['type'], task['priority']].map(
      cellNumber,
    )
    const outcome = { kind: RETRY.retried, arm, type, priority, attempts: key % KEYS_PER_TASK }
    const { level = 0, onParentFailure = 'skip' } = stored
    if (parents.length === 0) return { ...outcome, level }
    const relink = (): Parents => this.#dependencies.relink(seq, onParentFailure, parents)
    return { ...outcome, level, relink }
  }

  /** Undefined when one of them, or its result, is gone. */
  #parentsOf({ dependsOn = [] }: StoredTask): readonly number[] | undefined {
    const seqs = this.#dependencies.resolve(dependsOn)
    const there = seqs.filter((seq) => seq !== undefined)
    const whole = there.length === seqs.length
    return whole && !there.some((seq) => this.#dependencies.lacksResult(seq))
      ? [...new Set(there)]
      : undefined
  }
}

export interface RetryOutcome {
  /** One of RETRY; the rest is there when it was retried. */
  readonly kind: number
  readonly arm?: number
  readonly type?: number
  readonly priority?: number
  /** Attempts that ended. */
  readonly attempts?: number
  readonly level?: number
  /** Has it wait for its parents again. */
  readonly relink?: () => Parents
}
