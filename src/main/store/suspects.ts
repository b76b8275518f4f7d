import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { NotedRun } from '../../protocol/status-slot.ts'
import type { JournalOpened } from './journal.ts'
import { cellNumber } from './sqlite-cells.ts'
import { firstKey, lastKey } from './history-key.ts'
import { NOT_SETTLED } from './sqlite-schema.ts'
import type { SqliteWriter } from './sqlite-write.ts'

/**
 * Counts the tasks that ran when the last owner died, in the caller's transaction: durable before anything runs again. A
 * suspect stays one until it succeeds, also when it was not its turn in the life of an owner between.
 */
export function countSuspects(
  db: DatabaseSync,
  notes: SqliteWriter,
  noted: readonly NotedRun[],
): JournalOpened['suspects'] {
  const waits = db.prepare(`SELECT 1 FROM task WHERE seq = ? AND ${NOT_SETTLED}`)
  const last = db.prepare(
    'SELECT coalesce(max(key), ?) AS key FROM history WHERE key BETWEEN ? AND ?',
  )
  for (const { seq, attempt } of noted) {
    const ran = waits.get(seq) !== undefined && attemptsEnded(last, seq) + 1 === attempt
    if (ran) notes.suspects.put(seq, (notes.suspects.get(seq) ?? 0) + 1)
  }
  return [...notes.suspects.entries()].map(([seq, suspicions]) => ({ seq, suspicions }))
}

function attemptsEnded(last: StatementSync, seq: number): number {
  const first = firstKey(seq)
  return cellNumber(last.get(first, first, lastKey(seq))?.['key']) - first
}
