import { decodeLogs, decodeStoredTask } from '../../protocol/envelope.ts'
import { callerId, isFinal, taskId, type TaskState } from '../../protocol/task.ts'
import { isRetried, outcomeFrom, STATE, stateOf } from './outcome-code.ts'
import type { StoredAttempt, StoredRecord } from './sqlite-messages.ts'
import type { AttemptTrace, TaskRecord } from './store.ts'
import { recordOf, traceOf, type KeptAttempt, type KeptTask } from './task-record.ts'
import type { TypeTable } from './type-table.ts'
import { armAt } from './waiting.ts'

/** A stored row as the record a user sees. */
export function recordFrom(stored: StoredRecord, types: TypeTable): TaskRecord {
  return recordOf(keptTask(stored, types), stored.attempts.map(keptAttempt))
}

export function attemptTraces(stored: StoredRecord, types: TypeTable): AttemptTrace[] {
  const task = keptTask(stored, types)
  return stored.attempts.map((attempt) => traceOf(task, keptAttempt(attempt)))
}

/** Codes of the final states asked for, and 0 for any other. */
export function stateCodes(states: readonly TaskState[] | undefined): number[] | undefined {
  if (states === undefined) return undefined
  return [...new Set(states.map((state) => (isFinal(state) ? STATE[state] : 0)))]
}

function keptTask(stored: StoredRecord, types: TypeTable): KeptTask {
  const task = decodeStoredTask(stored.envelope)
  return {
    seq: stored.seq,
    id: task.id === undefined ? undefined : callerId(task.id),
    type: types.name(stored.type),
    arm: armAt(stored.arm),
    priority: stored.priority,
    createdAtMs: task.createdAtMs,
    dueAtMs: stored.dueAtMs === 0 ? undefined : stored.dueAtMs,
    after: (task.dependsOn ?? []).map(taskId),
    envelope: stored.dropped ? undefined : stored.envelope,
  }
}

const NO_BYTES = new Uint8Array(0)

function keptAttempt(stored: StoredAttempt): KeptAttempt {
  const { attempt, waitUs, dispatchUs, runUs, settleUs, threadId, settledAtMs } = stored
  return {
    attempt,
    state: stateOf(stored.state),
    retried: isRetried(stored.state),
    dueAtMs: stored.dueAtMs === 0 ? undefined : stored.dueAtMs,
    outcome: outcomeFrom(stored.form, stored.outcome ?? NO_BYTES),
    logs: stored.logs === undefined ? [] : decodeLogs(stored.logs),
    waitUs,
    dispatchUs,
    runUs,
    settleUs,
    threadId,
    settledAtMs,
  }
}
