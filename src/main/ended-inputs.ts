/** What has ended and was not taken yet: first come first served, or strictly in the order of the places. */
export class EndedInputs<Item> {
  readonly #ordered: boolean
  readonly #queue: Item[] = []
  /** Ends that are ahead of their turn; undefined for a place that is passed over. */
  readonly #ahead = new Map<number, Item | undefined>()
  #next = 0

  constructor(ordered: boolean) {
    this.#ordered = ordered
  }

  /** @param item undefined: nothing will ever be given for this place */
  add(place: number, item: Item | undefined): void {
    if (!this.#ordered) {
      if (item !== undefined) this.#queue.push(item)
      return
    }
    this.#ahead.set(place, item)
    while (this.#ahead.has(this.#next)) {
      const due = this.#ahead.get(this.#next)
      this.#ahead.delete(this.#next)
      this.#next += 1
      if (due !== undefined) this.#queue.push(due)
    }
  }

  take(): Item | undefined {
    return this.#queue.shift()
  }
}
