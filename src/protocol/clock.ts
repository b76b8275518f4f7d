/**
 * Time as a parameter. `wallMs` is what a person reads on a clock and may jump; `monotonicMs` never goes back, has no
 * meaning outside this boot of the machine, and is the same in every thread and process of it.
 */
export interface Clock {
  wallMs(): number
  monotonicMs(): number
  /** Calls back once, after `delayMs` or later; returns the way to call it off. */
  after(delayMs: number, callback: () => void): Cancel
}

export type Cancel = () => void

// performance.now() counts from each thread's own start and is cheap; hrtime counts from one origin for the whole
// machine. The first readings of a thread are slow, so the closest pair of several decides.
const originMs = monotonicOrigin()

function monotonicOrigin(): number {
  let gapMs = Infinity
  let closestMs = 0
  for (let reading = 0; reading < 10; reading++) {
    const before = performance.now()
    const machineMs = Number(process.hrtime.bigint()) / 1e6
    const after = performance.now()
    if (after - before >= gapMs) continue
    gapMs = after - before
    closestMs = machineMs - (before + after) / 2
  }
  return closestMs
}

/** setTimeout turns longer delays into 1 ms. The caller looks at the clock again when woken early. */
const DELAY_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => originMs + performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, Math.ceil(delayMs)), DELAY_MS_MAX))
    return () => clearTimeout(timer)
  },
}
