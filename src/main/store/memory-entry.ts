import type { Outcome } from '../../protocol/outcome.ts'
import { isFinal } from '../../protocol/task.ts'
import type { AcceptRow } from './journal.ts'
import type { Settlement, TaskQuery, TaskRecord } from './store.ts'
import { recordOf, type KeptAttempt, type KeptTask } from './task-record.ts'

/** A task as the journal in memory keeps it. */
export interface Entry {
  readonly row: AcceptRow
  attempts: KeptAttempt[] | undefined
  /** Its place in the ring of settled tasks; undefined while it is not settled. */
  settledAt: number | undefined
  /** Its place in the ring was taken while others needed it. */
  overdue: boolean
  checkpoint: Uint8Array | undefined
}

export function matches(entry: Entry, query: TaskQuery): boolean {
  const { row, attempts } = entry
  if (query.arm !== undefined && row.arm !== query.arm) return false
  if (query.type !== undefined && row.type !== query.type) return false
  if (query.states === undefined) return true
  const last = attempts?.at(-1)
  const state = last === undefined || last.retried ? 'ready' : last.state
  return isFinal(state)
    ? query.states.includes(state)
    : query.states.some((wanted) => !isFinal(wanted))
}

export function record({ row, attempts }: Entry): TaskRecord {
  return recordOf(kept(row), attempts ?? [])
}

export function kept(row: AcceptRow): KeptTask {
  return {
    seq: row.seq,
    id: row.id,
    type: row.type,
    arm: row.arm,
    priority: row.priority,
    createdAtMs: row.acceptedAtMs,
    dueAtMs: row.dueAtMs,
    after: row.dependsOn?.parents ?? [],
    envelope: row.envelope,
  }
}

export function keptAttempt({ attempt, move, outcome, times, logs }: Settlement): KeptAttempt {
  const dueAtMs = move.to === 'scheduled' ? times.settledAtMs + move.delayMs : undefined
  const state = move.to
  return { ...times, attempt, state, retried: false, dueAtMs, outcome: owned(outcome), logs }
}

/** Results may lie in memory that a thread will write over. */
function owned(outcome: Outcome): Outcome {
  if (outcome.kind === 'failed' || outcome.result.bytes.byteLength === 0) return outcome
  const { bytes, binary } = outcome.result
  return { kind: 'succeeded', result: { bytes: bytes.slice(), binary } }
}
