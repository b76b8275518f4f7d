import type { Line } from './line.ts'

/**
 * How many tasks an owner had settled when it accepted one: with it a wait for a new task needs no look into the store.
 * Each owner counts for itself, so each gets a base above all that was heard before.
 */
export class OwnerCounts {
  #line: Line | undefined
  #base = 0
  #highest = 0
  /** As of the latest acknowledgement, among the counts of all owners. */
  latest = 0

  heard(line: Line | undefined, count: number): void {
    if (line !== this.#line) {
      this.#line = line
      this.#base = this.#highest + 1
    }
    this.latest = this.#base + count
    this.#highest = Math.max(this.#highest, this.latest)
  }

  /** The owner's own count again; -1 when it is another owner's. */
  ofOwner(line: Line | undefined, count: number): number {
    return line !== undefined && line === this.#line && count >= this.#base
      ? count - this.#base
      : -1
  }
}
