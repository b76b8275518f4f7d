import { systemClock, type Cancel, type Clock } from '../protocol/clock.ts'

interface Timer {
  readonly atMs: number
  readonly ring: () => void
  cancel: Cancel
}

/** The machine's clock, ahead by as much as it was turned. Time goes on by itself too, so nothing waits for a turn. */
export class TestClock implements Clock {
  readonly #timers = new Set<Timer>()
  #aheadMs = 0

  /** Wall-clock time here, ms. */
  wallMs(): number {
    return systemClock.wallMs() + this.#aheadMs
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#aheadMs
  }

  after(delayMs: number, callback: () => void): Cancel {
    const timer: Timer = {
      atMs: this.monotonicMs() + delayMs,
      ring: () => {
        this.#remove(timer)
        callback()
      },
      cancel: () => undefined,
    }
    timer.cancel = systemClock.after(delayMs, timer.ring)
    this.#timers.add(timer)
    return () => this.#remove(timer)
  }

  /** Goes forward by so many ms and rings what is due on the way, in order. */
  turn(ms: number): void {
    this.#aheadMs += Math.max(0, ms)
    const nowMs = this.monotonicMs()
    const due = [...this.#timers].filter(({ atMs }) => atMs <= nowMs)
    for (const timer of due.sort((one, other) => one.atMs - other.atMs))
      if (this.#timers.has(timer)) timer.ring()
  }

  #remove(timer: Timer): void {
    timer.cancel()
    this.#timers.delete(timer)
  }
}
