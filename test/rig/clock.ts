import type { Cancel, Clock } from '../../src/protocol/clock.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** A clock you turn. Nothing happens by itself; `turn` moves both times and rings what is due on the way, in order. */
export class TestClock implements Clock {
  #wallMs = Date.UTC(2026, 0, 1)
  #monotonicMs = 1_000
  #timers: Timer[] = []

  wallMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, callback: () => void): Cancel {
    const timer = { atMs: this.#monotonicMs + Math.max(0, delayMs), callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  turn(ms: number): void {
    const endMs = this.#monotonicMs + ms
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#move(timer.atMs)
      this.#timers = this.#timers.filter((other) => other !== timer)
      timer.callback()
    }
    this.#move(endMs)
  }

  /** Somebody sets the machine's clock: wall time jumps, and nothing else. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs
  }

  /** How long until the next timer rings; undefined when none is set. */
  get untilNextMs(): number | undefined {
    const nextMs = this.#next(Infinity)?.atMs
    return nextMs === undefined ? undefined : Math.max(0, nextMs - this.#monotonicMs)
  }

  get timerCount(): number {
    return this.#timers.length
  }

  #next(endMs: number): Timer | undefined {
    const due = this.#timers.filter((timer) => timer.atMs <= endMs)
    return due.sort((a, b) => a.atMs - b.atMs)[0]
  }

  #move(toMs: number): void {
    this.#wallMs += toMs - this.#monotonicMs
    this.#monotonicMs = toMs
  }
}
