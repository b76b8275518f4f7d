import { decodeStoredTask, encodeStoredTask } from '../../src/protocol/envelope.ts'
import type { Outcome } from '../../src/protocol/outcome.ts'
import { taskId, type ArmId, type OnParentFailure, type TaskId } from '../../src/protocol/task.ts'
import type { Claim, Move, NewTask, Settlement } from '../../src/main/store/store.ts'

const text = new TextEncoder()

export interface TaskSketch {
  readonly arm?: ArmId
  readonly type?: string
  readonly priority?: number
  readonly delayMs?: number
  readonly runAtMs?: number
  readonly expiresAtMs?: number
  readonly payload?: string
  readonly id?: string
  readonly createdAtMs?: number
  readonly after?: readonly string[]
  readonly onFailure?: OnParentFailure
  readonly level?: number
}

/** A task with only what a test says about it; the hash follows the payload. */
export function newTask(sketch: TaskSketch = {}): NewTask {
  const { type = 'work', payload = 'null', id } = sketch
  const after = sketch.after?.map(taskId)
  const stored = {
    type,
    payload: { bytes: text.encode(payload), binary: false },
    createdAtMs: sketch.createdAtMs ?? 1_000,
    ...(after === undefined ? {} : { dependsOn: after }),
    ...(sketch.onFailure === undefined ? {} : { onParentFailure: sketch.onFailure }),
    ...(sketch.level === undefined ? {} : { level: sketch.level }),
  }
  return {
    arm: sketch.arm ?? 'batch',
    type,
    priority: sketch.priority ?? 0,
    delayMs: sketch.delayMs,
    runAtMs: sketch.runAtMs,
    expiresAtMs: sketch.expiresAtMs,
    envelope: encodeStoredTask(id === undefined ? stored : { ...stored, id }),
    id: id as TaskId | undefined,
    payloadHash: id === undefined ? undefined : text.encode(`hash of ${payload}`),
    dependsOn:
      after === undefined ? undefined : { parents: after, onFailure: sketch.onFailure ?? 'skip' },
    level: sketch.level ?? 0,
  }
}

export function payloadOf(envelope: Uint8Array): string {
  return Buffer.from(decodeStoredTask(envelope).payload.bytes).toString()
}

export const times = {
  waitUs: 150,
  dispatchUs: 20,
  runUs: 1_000,
  settleUs: 30,
  threadId: 7,
  settledAtMs: 5_000,
}

export function succeeded(claim: Pick<Claim, 'seq' | 'attempt'>, result = ''): Settlement {
  const outcome: Outcome = {
    kind: 'succeeded',
    result: { bytes: text.encode(result), binary: false },
  }
  return {
    seq: claim.seq,
    attempt: claim.attempt,
    move: { to: 'succeeded' },
    outcome,
    times,
    logs: [],
  }
}

export function failed(
  claim: Pick<Claim, 'seq' | 'attempt'>,
  move: Move = { to: 'failed' },
): Settlement {
  const outcome: Outcome = { kind: 'failed', failure: { reason: 'threw', message: 'no luck' } }
  return { seq: claim.seq, attempt: claim.attempt, move, outcome, times, logs: [] }
}

export function everything(): boolean {
  return true
}
