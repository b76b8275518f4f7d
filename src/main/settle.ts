import { isRetryable, type Outcome } from '../protocol/outcome.ts'
import type { Backoff } from '../protocol/task.ts'
import { retryDelayMs } from './retry.ts'
import type { Move } from './store/store.ts'

/** What decides over another attempt. */
export interface RetryPolicy {
  readonly attemptsMax: number
  readonly backoff: Backoff
}

/**
 * What follows from an outcome. `attempt` counts from 1 in this run of the task; `random` is in [0, 1).
 *
 * ```
 * succeeded ─▶ succeeded      cancelled ─▶ cancelled
 * failed, retryable, attempts left ─▶ scheduled        any other failure ─▶ failed
 * ```
 */
export function settle(
  outcome: Outcome,
  attempt: number,
  policy: RetryPolicy,
  random: number,
): Move {
  if (outcome.kind === 'succeeded') return { to: 'succeeded' }
  const { failure } = outcome
  if (failure.reason === 'cancelled') return { to: 'cancelled' }
  if (!isRetryable(failure) || attempt >= policy.attemptsMax) return { to: 'failed' }
  const delayMs = Math.max(retryDelayMs(policy.backoff, attempt, random), failure.retryAfterMs ?? 0)
  return { to: 'scheduled', delayMs }
}
