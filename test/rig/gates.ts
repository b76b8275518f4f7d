/**
 * Gates that handlers wait at, in whatever thread they run: `await host.dreamOps.enter('name', note)` over Comlink. The
 * test sees who stands at a gate and lets them go, so no test has to sleep.
 */
export class Gates {
  readonly #gates = new Map<string, Gate>()

  /** What a handler calls; pass it to the engine as a host service. */
  readonly service = {
    enter: (name: string, note?: unknown): Promise<unknown> => this.#gate(name).enter(note),
    tell: (name: string, note?: unknown): void => this.#gate(name).arrived(note),
  }

  /** Resolves with the note of the next handler that comes to the gate, or came and was not asked for yet. */
  arrival(name: string): Promise<unknown> {
    return this.#gate(name).next()
  }

  async arrivals(name: string, count: number): Promise<unknown[]> {
    const notes: unknown[] = []
    while (notes.length < count) notes.push(await this.arrival(name))
    return notes
  }

  /** Everybody at the gate, now and later, goes on with this value. */
  open(name: string, value?: unknown): void {
    this.#gate(name).open(value)
  }

  /** How many came to the gate so far. */
  count(name: string): number {
    return this.#gate(name).count
  }

  #gate(name: string): Gate {
    const gate = this.#gates.get(name) ?? new Gate()
    this.#gates.set(name, gate)
    return gate
  }
}

class Gate {
  count = 0
  readonly #opened = Promise.withResolvers<unknown>()
  readonly #notes: unknown[] = []
  readonly #waiting: ((note: unknown) => void)[] = []

  enter(note: unknown): Promise<unknown> {
    this.arrived(note)
    return this.#opened.promise
  }

  arrived(note: unknown): void {
    this.count += 1
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#notes.push(note)
    else waiting(note)
  }

  next(): Promise<unknown> {
    if (this.#notes.length > 0) return Promise.resolve(this.#notes.shift())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  open(value: unknown): void {
    this.#opened.resolve(value)
  }
}
