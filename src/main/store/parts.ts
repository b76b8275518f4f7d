import type { PartProgress } from './store.ts'

/**
 * Which tasks are parts of which, as long as they are not settled. A whole waits for its parts through the dependencies
 * (dependents.ts), as any child does for its parents; here is what is more between them: a part is nobody's but its
 * whole's, so it ends with it.
 */
export class Parts {
  readonly #totals = new Map<number, number>()
  readonly #live = new Map<number, Set<number>>()
  readonly #wholeOf = new Map<number, number>()

  get isEmpty(): boolean {
    return this.#totals.size === 0
  }

  /** @param live the parts that have not ended */
  add(whole: number, total: number, live: readonly number[]): void {
    this.#totals.set(whole, total)
    this.#live.set(whole, new Set(live))
    for (const part of live) this.#wholeOf.set(part, whole)
  }

  /** Undefined for a task that is no part. */
  ended(part: number): PartProgress | undefined {
    const whole = this.#wholeOf.size === 0 ? undefined : this.#wholeOf.get(part)
    if (whole === undefined) return undefined
    this.#wholeOf.delete(part)
    const live = this.#live.get(whole)
    live?.delete(part)
    const total = this.#totals.get(whole) ?? 0
    return { whole, done: total - (live?.size ?? 0), total }
  }

  /** The parts of tasks that end, and the parts of those in turn, as far as they have not ended. */
  liveOf(wholes: Iterable<number>): number[] {
    if (this.#live.size === 0) return []
    const found = [...wholes].flatMap((whole) => [...(this.#live.get(whole) ?? [])])
    for (let at = 0; at < found.length; at++) found.push(...(this.#live.get(found[at] ?? 0) ?? []))
    return found
  }

  /** The whole has ended: what was its is nobody's any more. */
  forget(whole: number): void {
    if (this.#totals.size === 0 || !this.#totals.delete(whole)) return
    for (const part of this.#live.get(whole) ?? []) this.#wholeOf.delete(part)
    this.#live.delete(whole)
  }
}
