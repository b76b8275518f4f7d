import type { AcceptRow } from './journal.ts'
import type { NewTask, Settlement } from './store.ts'

/** A new task as the journal keeps it: with its number and its wall-clock times. */
export function acceptRow(task: NewTask, seq: number, acceptedAtMs: number): AcceptRow {
  const { arm, type, priority, delayMs, runAtMs, expiresAtMs, envelope, id, payloadHash } = task
  const { dependsOn, level } = task
  const dueAtMs = runAtMs ?? (delayMs === undefined ? undefined : acceptedAtMs + delayMs)
  // Field by field, because this runs for every task and a spread costs several times as much.
  return {
    seq,
    arm,
    type,
    priority,
    delayMs,
    runAtMs,
    expiresAtMs,
    envelope,
    id,
    payloadHash,
    dependsOn,
    level,
    dueAtMs,
    acceptedAtMs,
  }
}

/** The end of a task that was cancelled while it waited. */
export function cancelledBeforeStart(
  seq: number,
  attempt: number,
  settledAtMs: number,
): Settlement {
  return {
    seq,
    attempt,
    move: { to: 'cancelled' },
    outcome: {
      kind: 'failed',
      failure: { reason: 'cancelled', message: 'cancelled before it started' },
    },
    times: { waitUs: 0, dispatchUs: 0, runUs: 0, settleUs: 0, threadId: 0, settledAtMs },
    logs: [],
  }
}
