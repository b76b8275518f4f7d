import type { Duration } from './duration.ts'
import type { ArmId } from './task.ts'

/** How long to wait between attempts. Exponential doubles from `min` up to `max`. */
export interface BackoffOptions {
  readonly kind?: 'exponential' | 'fixed'
  readonly min?: Duration
  readonly max?: Duration
  readonly jitter?: boolean
}

/** What a caller may say of one task beside its type and payload. */
export interface EnqueueOptions {
  /** The same id is never a second task while its record is kept; with another payload it is a conflict. */
  readonly id?: string
  readonly priority?: number
  /** Ready this long after acceptance. */
  readonly delay?: Duration
  /** Ready at this wall-clock time. */
  readonly runAt?: Date | number
  readonly ttl?: Duration
  readonly timeout?: Duration
  readonly attempts?: number
  readonly backoff?: BackoffOptions
  /** W3C Trace Context, kept with the task. */
  readonly traceparent?: string
  /** When its maker made it; `ttl` counts from then. Default: now. */
  readonly createdAt?: Date | number
  /** One of the arms that serve the type; without it, the least loaded of them. */
  readonly arm?: ArmId
}

/** A task by type, as task files and other languages give it. */
export interface TaskSpec extends EnqueueOptions {
  readonly type: string
  readonly payload?: unknown
}
