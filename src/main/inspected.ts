import { decodeStoredTask } from '../protocol/envelope.ts'
import type { LogLine } from '../protocol/host.ts'
import { fromPayloadBytes } from '../protocol/json.ts'
import type { Failure } from '../protocol/outcome.ts'
import type { ArmId, StoredTask, TaskId, TaskState } from '../protocol/task.ts'
import type { AttemptRecord, TaskRecord } from './store/store.ts'

export type TaskOwnRules = Pick<
  StoredTask,
  'attemptsMax' | 'timeoutMs' | 'expiresAtMs' | 'onParentFailure' | 'traceparent'
>

/** A task's record as a person or a program wants it: values instead of bytes. */
export interface InspectedTask {
  readonly id: TaskId
  readonly type: string
  readonly arm: ArmId
  readonly priority: number
  readonly state: TaskState
  /** Wall clock, ms. */
  readonly createdAt: number
  /** When a scheduled task becomes ready, wall clock, ms. */
  readonly dueAt: number | undefined
  /** Ids of the tasks it was told to wait for, and of those it still waits for. */
  readonly after: readonly TaskId[]
  readonly awaiting: readonly TaskId[]
  /** What it was told beside its type's own rules. Spans in milliseconds; `expiresAtMs` by the wall clock. */
  readonly rules: TaskOwnRules
  /** Undefined once retention dropped it. */
  readonly payload: unknown
  readonly result: unknown
  /** How the last attempt failed, for tasks that have not succeeded. */
  readonly failure: Failure | undefined
  readonly attempts: readonly AttemptRecord[]
  readonly logs: readonly LogLine[]
}

export function inspectTask(record: TaskRecord): InspectedTask {
  const { id, type, arm, priority, state, after, awaiting, attempts, logs, failure } = record
  const stored = record.envelope === undefined ? undefined : decodeStoredTask(record.envelope)
  return {
    id,
    type,
    arm,
    priority,
    state,
    createdAt: record.createdAtMs,
    dueAt: record.dueAtMs,
    after,
    awaiting,
    rules: stored === undefined ? {} : ownRules(stored),
    payload: stored === undefined ? undefined : fromPayloadBytes(stored.payload),
    result: record.result === undefined ? undefined : fromPayloadBytes(record.result),
    failure,
    attempts,
    logs,
  }
}

function ownRules(stored: StoredTask): TaskOwnRules {
  const { attemptsMax, timeoutMs, expiresAtMs, onParentFailure, traceparent } = stored
  return {
    ...(attemptsMax === undefined ? {} : { attemptsMax }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(onParentFailure === undefined ? {} : { onParentFailure }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}
