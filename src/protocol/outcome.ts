import type { PayloadBytes } from './task.ts'

/** Why an attempt failed. Each reason has its own rule for retries in `RETRIED`. */
export const FAILURE_REASONS = [
  'threw',
  'timeout',
  'cancelled',
  'worker-exited',
  'out-of-memory',
  'lost',
  'unserializable',
  'payload-invalid',
  'expired',
  'quarantined',
  'parent-failed',
  'part-failed',
] as const

export type FailureReason = (typeof FAILURE_REASONS)[number]

/** An error as a value: it crosses threads and stores whole, `throw null` and custom fields of its chain included. */
export interface Failure {
  readonly reason: FailureReason
  readonly name?: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: Failure
  /** Set where another attempt cannot help, whatever the reason. */
  readonly final?: boolean
  readonly retryAfterMs?: number
  /** Of `parent-failed` and `part-failed`: the id of the task whose failure or cancel came first. */
  readonly root?: string
}

export type Outcome =
  | { readonly kind: 'succeeded'; readonly result: PayloadBytes }
  | { readonly kind: 'failed'; readonly failure: Failure }

const RETRIED: Readonly<Record<FailureReason, boolean>> = {
  threw: true,
  timeout: true,
  'worker-exited': true,
  'out-of-memory': true,
  lost: true,
  cancelled: false,
  unserializable: false,
  'payload-invalid': false,
  expired: false,
  quarantined: false,
  'parent-failed': false,
  'part-failed': false,
}

/** May another attempt help? The task's own limit of attempts is a separate question. */
export function isRetryable(failure: Failure): boolean {
  return RETRIED[failure.reason] && failure.final !== true
}

export function isFailureReason(value: string): value is FailureReason {
  return FAILURE_REASONS.some((reason) => reason === value)
}

const CAUSES_MAX = 5
const TEXT_MAX = 16_384

/**
 * Any thrown value as a Failure; never throws itself, whatever the value's getters and traps do. Long texts are cut at
 * 16 KiB and cause chains at 5, so that one error cannot flood a store; what was cut says so.
 */
export function failureOf(thrown: unknown, reason: FailureReason = 'threw', depth = 0): Failure {
  try {
    return isErrorLike(thrown)
      ? fromError(thrown, reason, depth)
      : { reason, message: cut(`thrown value: ${describe(thrown)}`) }
  } catch {
    // A getter or a proxy's trap threw in its turn, perhaps something as odd: nothing more is asked of it.
    return { reason, message: 'a thrown value that cannot be read' }
  }
}

function fromError(thrown: ErrorLike, reason: FailureReason, depth: number): Failure {
  const { name, message, code, stack, cause, retryable, retryAfterMs } = thrown
  return {
    reason,
    name: cut(String(name)),
    message: cut(String(message)),
    ...(code === undefined ? {} : { code: cut(describe(code)) }),
    ...(stack === undefined ? {} : { stack: cut(describe(stack)) }),
    ...(cause === undefined || depth >= CAUSES_MAX
      ? {}
      : { cause: failureOf(cause, reason, depth + 1) }),
    ...(retryable === false ? { final: true } : {}),
    ...(isWait(retryAfterMs) ? { retryAfterMs } : {}),
  }
}

interface ErrorLike {
  readonly name: unknown
  readonly message: unknown
  readonly code?: unknown
  readonly stack?: unknown
  readonly cause?: unknown
  readonly retryable?: unknown
  readonly retryAfterMs?: unknown
}

// Errors from another realm (vm, a different copy of a library) are not instances of our Error.
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value
}

// Anybody's error may carry the field: NaN would upset the order of what is due.
function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // A bigint; or circular, or a toJSON that throws: then its type is all that can be said of it.
    return typeof value === 'bigint' ? `${value}n` : Object.prototype.toString.call(value)
  }
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}… (${text.length} characters)`
}
