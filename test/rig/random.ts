/** A seeded source in [0, 1), mulberry32: small, fast and the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What a test decides by chance, repeatable by its seed. */
export class Chance {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  readonly next = (): number => this.#random()

  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1))
  }

  /** True in `share` of the cases. */
  is(share: number): boolean {
    return this.#random() < share
  }

  of<T>(choices: readonly T[]): T {
    const chosen = choices[this.int(0, choices.length - 1)]
    if (chosen === undefined) throw new RangeError('nothing to choose from')
    return chosen
  }

  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items]
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.int(0, at)
      const kept = order[at]!
      order[at] = order[other]!
      order[other] = kept
    }
    return order
  }
}

/** The seeds of a run: `SEED=17` replays one, `SEEDS=5000` asks for that many, `default` of them otherwise. */
export function seeds(byDefault: number): number[] {
  const one = process.env['SEED']
  if (one !== undefined) return [Number(one)]
  const count = Number(process.env['SEEDS'] ?? byDefault)
  const first = Number(process.env['FIRST_SEED'] ?? 1)
  return Array.from({ length: count }, (_, at) => first + at)
}
