import type { Backoff } from '../protocol/task.ts'

/**
 * The wait after the given failed attempt (counted from 1), in ms. Exponential: min, 2 min, 4 min, … up to max. Jitter
 * takes a random part of the upper half off ("equal jitter"), so that what failed together does not return together and
 * still waits at least half its time.
 */
export function retryDelayMs(backoff: Backoff, attempt: number, random: number): number {
  const growth = backoff.kind === 'fixed' ? 1 : 2 ** Math.min(attempt - 1, DOUBLINGS_MAX)
  const wholeMs = Math.min(backoff.maxMs, backoff.minMs * growth)
  return backoff.jitter ? wholeMs - (wholeMs / 2) * random : wholeMs
}

/** 2^40 times any wait is beyond every maximum, and far below what a double loses. */
const DOUBLINGS_MAX = 40
