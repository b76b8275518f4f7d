import type { Duration } from './duration.ts'
import type { ArmId, OnParentFailure } from './task.ts'

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
  /**
   * Ids of the tasks it waits for, at most 1,000: accepted before, or by an earlier item of the same call. In an array
   * given to `enqueueMany` also later ones.
   */
  readonly after?: readonly string[]
  /**
   * What becomes of it when one of those fails or is cancelled. `skip`: it is cancelled without having run (the default).
   * `fail`: it fails. `run`: it runs all the same.
   */
  readonly onParentFailure?: OnParentFailure
  /** 0 to 1,000,000: among equals of a priority the highest starts first. Default 0, or the length of the chain behind it. */
  readonly level?: number
  /** One of the arms that serve the type; without it, the least loaded of them. */
  readonly arm?: ArmId
}

/** A task by type, as task files and other languages give it. */
export interface TaskSpec extends EnqueueOptions {
  readonly type: string
  readonly payload?: unknown
}
