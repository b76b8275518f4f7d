import type { Cancel, Clock } from '../../protocol/clock.ts'

/** The one timer of an idle engine: it rings when the next task becomes due, and not at all when none will. */
export class DueTimer {
  readonly #clock: Clock
  readonly #ring: () => void
  #set: { readonly atMs: number; readonly cancel: Cancel } | undefined

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Rings after so many ms; undefined calls it off. */
  set(untilMs: number | undefined): void {
    const atMs = untilMs === undefined ? Infinity : this.#clock.monotonicMs() + untilMs
    // The wall clock's part in it varies by fractions of a millisecond from turn to turn.
    if (this.#set !== undefined && Math.abs(this.#set.atMs - atMs) < 1) return
    this.#set?.cancel()
    this.#set = untilMs === undefined ? undefined : { atMs, cancel: this.#after(untilMs) }
  }

  #after(untilMs: number): Cancel {
    return this.#clock.after(Math.min(untilMs, WALL_CHECK_MS), () => {
      this.#set = undefined
      this.#ring()
    })
  }
}

/** An appointment is checked at least this often, because the wall clock may be set while the timer sleeps. */
const WALL_CHECK_MS = 60_000
