import type { LogLine } from '../../protocol/host.ts'
import type { Outcome } from '../../protocol/outcome.ts'
import { isFinal, mintId, type ArmId, type TaskId } from '../../protocol/task.ts'
import type { AttemptRecord, AttemptTimes, AttemptTrace, TaskRecord, TraceQuery } from './store.ts'

/** A task as a journal keeps it, whatever it keeps it in. */
export interface KeptTask {
  readonly seq: number
  readonly id: TaskId | undefined
  readonly type: string
  readonly arm: ArmId
  readonly priority: number
  readonly createdAtMs: number
  /** Wall clock; when it was delayed or scheduled at acceptance. */
  readonly dueAtMs: number | undefined
  readonly after: readonly TaskId[]
  readonly envelope: Uint8Array | undefined
}

/** An attempt that ended. A `scheduled` one says when the next is due. */
export interface KeptAttempt extends AttemptTimes {
  readonly attempt: number
  readonly state: AttemptRecord['state']
  /** It ended the task, which was given another run since. */
  readonly retried: boolean
  readonly dueAtMs: number | undefined
  /** Undefined for a success whose result retention has dropped. */
  readonly outcome: Outcome | undefined
  readonly logs: readonly LogLine[]
}

/** The record of a task. What is not settled is `scheduled` if it was ever due later; the store above knows the rest. */
export function recordOf(task: KeptTask, attempts: readonly KeptAttempt[]): TaskRecord {
  const last = attempts.at(-1)
  const dueAtMs = last === undefined ? task.dueAtMs : last.dueAtMs
  const end = last?.retried === true ? undefined : last
  const outcome = end === undefined || !isFinal(end.state) ? undefined : end.outcome
  return {
    id: task.id ?? mintId(task.seq),
    seq: task.seq,
    type: task.type,
    arm: task.arm,
    priority: task.priority,
    state: end?.state ?? (dueAtMs === undefined ? 'ready' : 'scheduled'),
    createdAtMs: task.createdAtMs,
    dueAtMs,
    after: task.after,
    awaiting: NOBODY,
    attempts: attempts.map(attemptRecord),
    envelope: task.envelope,
    result: outcome?.kind === 'succeeded' ? outcome.result : undefined,
    failure: outcome?.kind === 'failed' ? outcome.failure : undefined,
    logs: attempts.flatMap((attempt) => attempt.logs),
  }
}

const NOBODY: readonly TaskId[] = []

export function traceOf(task: KeptTask, kept: KeptAttempt): AttemptTrace {
  const { attempt, state, failure, retried: _, ...times } = attemptRecord(kept)
  return {
    source: 'engine',
    task: task.id ?? mintId(task.seq),
    seq: task.seq,
    type: task.type,
    arm: task.arm,
    outcome: state === 'succeeded' || state === 'blocked' ? 'succeeded' : 'failed',
    attempt,
    state,
    failure,
    ...times,
  }
}

export function matchesTrace(trace: AttemptTrace, query: TraceQuery): boolean {
  const { arm, type, outcome, sinceMs = -Infinity, untilMs = Infinity } = query
  if (arm !== undefined && trace.arm !== arm) return false
  if (type !== undefined && trace.type !== type) return false
  if (outcome !== undefined && trace.outcome !== outcome) return false
  return trace.settledAtMs >= sinceMs && trace.settledAtMs <= untilMs
}

export function newestFirst(a: AttemptTrace, b: AttemptTrace): number {
  return b.settledAtMs - a.settledAtMs || b.seq - a.seq || b.attempt - a.attempt
}

export const PAGE_MAX = 1_000
export const PAGE_DEFAULT = 100

/** How many records or traces one page may hold. */
export function pageLimit(limit: number | undefined): number {
  return Math.max(1, Math.min(PAGE_MAX, Math.trunc(limit ?? PAGE_DEFAULT)))
}

function attemptRecord(kept: KeptAttempt): AttemptRecord {
  const { outcome } = kept
  return {
    attempt: kept.attempt,
    state: kept.state,
    retried: kept.retried,
    failure: outcome?.kind === 'failed' ? outcome.failure : undefined,
    waitUs: kept.waitUs,
    dispatchUs: kept.dispatchUs,
    runUs: kept.runUs,
    settleUs: kept.settleUs,
    threadId: kept.threadId,
    settledAtMs: kept.settledAtMs,
  }
}
