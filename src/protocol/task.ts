/**
 * The glossary: what the words of this engine mean, on both sides of a thread.
 *
 * - **task**       one piece of work: a type, a payload and the rules it runs under.
 * - **type**       names what a task does; a closed registry maps it to a definition, never to a path.
 * - **arm**        a lane with its own worker threads and limits; a type is served by one or more arms.
 * - **seq**        the store's number for a task, in the order of acceptance. Unique for the life of a store.
 * - **attempt**    one run of a task, counted from 1. A hand-back (released before it started) is no attempt.
 * - **outcome**    how an attempt ended, as a value: succeeded, or failed with a reason.
 * - **settle**     to record what follows from an outcome: succeeded, retry at, failed, cancelled.
 * - **parent**     a task that another one, its child, waits for; a child is **blocked** until its parents have ended.
 * - **part**       a task that is a share of another, its **whole**: the whole split, waits blocked for its parts and goes on with their results.
 * - **hand-back**  a claimed task that had not started returns to the front of its order, uncharged.
 *
 * ```
 * blocked ──▶ scheduled ──▶ ready ──▶ running ──▶ succeeded | failed | cancelled
 *                 ▲           ▲          │
 *                 └── retry ──┴─ hand-back
 * ```
 */

/** The eight arms, in the order every table and status shows them. */
export const ARM_IDS = [
  'deploy',
  'batch',
  'streams',
  'secrets',
  'builds',
  'watchers',
  'cleanup',
  'analytics',
] as const

export type ArmId = (typeof ARM_IDS)[number]

/** One value for each arm. */
export function byArm<T>(of: (arm: ArmId) => T): Record<ArmId, T> {
  return {
    deploy: of('deploy'),
    batch: of('batch'),
    streams: of('streams'),
    secrets: of('secrets'),
    builds: of('builds'),
    watchers: of('watchers'),
    cleanup: of('cleanup'),
    analytics: of('analytics'),
  }
}

export function isArmId(value: unknown): value is ArmId {
  return ARM_IDS.some((id) => id === value)
}

export const TASK_STATES = [
  'blocked',
  'scheduled',
  'ready',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'unserved',
] as const

/** `unserved` is a stored task whose type nobody serves in this process: it waits, uncharged. */
export type TaskState = (typeof TASK_STATES)[number]

export type FinalState = 'succeeded' | 'failed' | 'cancelled'

export function isFinal(state: TaskState): state is FinalState {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

declare const taskIdBrand: unique symbol

/** A caller's own id, or one minted from the seq (`o_…`). */
export type TaskId = string & { readonly [taskIdBrand]: true }

export const MINTED_PREFIX = 'o_'
const MINTED = /^o_[0-9a-z]{1,11}$/

/** A string that is known to be a task's id. The one place that says so. */
export function taskId(id: string): TaskId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand has no other way in
  return id as TaskId
}

/** The id of a task that was enqueued without one: its seq in base 36, so no index is needed to find it again. */
export function mintId(seq: number): TaskId {
  return taskId(`o_${seq.toString(36)}`)
}

/** The seq inside a minted id, or undefined when the id is a caller's own. */
export function mintedSeq(id: string): number | undefined {
  return MINTED.test(id) ? Number.parseInt(id.slice(2), 36) : undefined
}

export const TASK_ID_LENGTH_MAX = 512

/** A caller's id: 1 to 512 characters, not shaped like a minted one (those belong to the store). */
export function callerId(id: string): TaskId | undefined {
  const length = id.length > 0 && id.length <= TASK_ID_LENGTH_MAX
  // Half a surrogate pair is another id once it was written to disk as UTF-8.
  const fits = length && id.isWellFormed() && mintedSeq(id) === undefined
  return fits ? taskId(id) : undefined
}

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Payloads and results: JSON, or one Uint8Array. Alike in every store. */
export type Payload = Json | Uint8Array

/** A payload or result as it travels and is stored. `binary: false` means UTF-8 JSON; zero bytes of it mean null. */
export interface PayloadBytes {
  readonly bytes: Uint8Array
  readonly binary: boolean
}

export interface Backoff {
  readonly kind: 'exponential' | 'fixed'
  /** Wait before the second attempt, in milliseconds. */
  readonly minMs: number
  /** No wait is longer, in milliseconds. */
  readonly maxMs: number
  /** Full jitter between half and the whole of each wait, so that what failed together does not return together. */
  readonly jitter: boolean
}

export const ON_PARENT_FAILURE = ['skip', 'fail', 'run'] as const

/** What becomes of a task when one that it waits for fails or is cancelled. */
export type OnParentFailure = (typeof ON_PARENT_FAILURE)[number]

/** What the store keeps of a task beside its order (see proto/octopus/v1/task.proto). Absent limits are the type's. */
export interface StoredTask {
  readonly type: string
  readonly id?: string
  readonly payload: PayloadBytes
  readonly createdAtMs: number
  readonly attemptsMax?: number
  readonly backoff?: Backoff
  readonly timeoutMs?: number
  readonly expiresAtMs?: number
  readonly dependsOn?: readonly string[]
  readonly onParentFailure?: OnParentFailure
  readonly level?: number
  readonly uniqueKey?: string
  readonly concurrencyKey?: string
  readonly cronOrigin?: string
  readonly traceparent?: string
  readonly payloadHash?: Uint8Array
}
