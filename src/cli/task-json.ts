import type { AttemptRecord, InspectedTask } from '../main/light.ts'
import { triesOf } from './task-words.ts'

/** A task as one line of `--json` tells it. Its fields are stable: new ones may be added, `v` changes when old ones do. */
export function taskJson(task: InspectedTask, { payload }: { readonly payload: boolean }): object {
  const { id, type, arm, priority, state, createdAt, dueAt, after, awaiting, failure } = task
  return {
    v: 1,
    ev: 'task',
    id,
    type,
    arm,
    priority,
    state,
    createdAt: new Date(createdAt).toISOString(),
    ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt).toISOString() }),
    ...(after.length === 0 ? {} : { after, awaiting }),
    tries: triesOf(task),
    failure,
    ...(payload
      ? { ...valueJson('payload', task.payload), ...valueJson('result', task.result) }
      : {}),
  }
}

/** The same with its attempts and log. */
export function wholeTaskJson(task: InspectedTask): object {
  return {
    ...taskJson(task, { payload: true }),
    rules: task.rules,
    attempts: task.attempts.map(attemptJson),
    logs: task.logs.map(({ atMs, level, text }) => ({
      at: new Date(atMs).toISOString(),
      level,
      text,
    })),
  }
}

function attemptJson(record: AttemptRecord): object {
  const { attempt, state, settledAtMs, waitUs, dispatchUs, runUs, settleUs, threadId } = record
  return {
    attempt,
    state,
    at: new Date(settledAtMs).toISOString(),
    waitMs: waitUs / 1_000,
    dispatchMs: dispatchUs / 1_000,
    runMs: runUs / 1_000,
    settleMs: settleUs / 1_000,
    threadId,
    failure: record.failure,
  }
}

/** Bytes have no form of their own in JSON. */
export function valueJson(name: string, value: unknown): object {
  return value instanceof Uint8Array
    ? { [`${name}Base64`]: Buffer.from(value).toString('base64') }
    : { [name]: value }
}
