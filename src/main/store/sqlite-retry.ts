import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import { STATE, STATE_AGAIN, STATE_RETRIED } from './outcome-code.ts'
import { cellNumber } from './sqlite-cells.ts'
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

  constructor(db: DatabaseSync) {
    this.#task = db.prepare('SELECT arm, type, priority, dropped FROM task WHERE seq = ?')
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

  /** The columns of its verdict, in the caller's transaction; everything before it must be in the tables. */
  retry(seq: number): readonly number[] {
    const task = this.#task.get(seq)
    if (task === undefined) return refused(RETRY.dropped)
    const last = this.#last.get(firstKey(seq), lastKey(seq))
    const state = last === undefined ? STATE_AGAIN : cellNumber(last['state'])
    if (state >= STATE_AGAIN) return refused(RETRY.pending)
    if (state === STATE.succeeded) return refused(RETRY.succeeded)
    const key = cellNumber(last?.['key'])
    if (task['dropped'] === 1 || key === lastKey(seq)) return refused(RETRY.dropped)
    this.#reopen.run(key)
    this.#list.run(seq)
    const [arm, type, priority] = [task['arm'], task['type'], task['priority']].map(cellNumber)
    return [RETRY.retried, arm ?? 0, type ?? 0, priority ?? 0, key % KEYS_PER_TASK]
  }
}

function refused(why: number): readonly number[] {
  return [why, 0, 0, 0, 0]
}
