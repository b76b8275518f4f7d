import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock, type Clock } from '../protocol/clock.ts'

/** A thread lets its event loop turn at least this often, so that messages to it are never left lying longer. */
const TURN_EVERY_MS = 25

export type Breathe = () => Promise<void>

/** To be awaited after each chunk of work: throws the signal's reason once it is aborted, and lets the loop turn. */
export function breather(signal: AbortSignal, clock: Clock = systemClock): Breathe {
  let lastTurnMs = clock.monotonicMs()
  return async () => {
    signal.throwIfAborted()
    if (clock.monotonicMs() - lastTurnMs < TURN_EVERY_MS) return
    await nextTurn()
    signal.throwIfAborted()
    lastTurnMs = clock.monotonicMs()
  }
}

/** Resolves after `ms`, or rejects with the signal's reason at once. */
export function pause(ms: number, signal: AbortSignal, clock: Clock = systemClock): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (): void => {
    cancel()
    reject(signal.reason)
  }
  const cancel = clock.after(ms, () => {
    signal.removeEventListener('abort', stop)
    resolve()
  })
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return promise
}

/** Starts now; each call answers the milliseconds since, to a hundredth. */
export function stopwatch(clock: Clock = systemClock): () => number {
  const startedMs = clock.monotonicMs()
  return () => Math.round((clock.monotonicMs() - startedMs) * 100) / 100
}
