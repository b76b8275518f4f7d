/** Mean runs of types or arms, exponentially weighted: the last twenty or so tasks decide. */
export class Pace {
  readonly #runMs = new Map<string, number>()

  /** Mean run in ms; undefined before the first end. */
  runMs(key: string): number | undefined {
    return this.#runMs.get(key)
  }

  record(key: string, runMs: number): void {
    const mean = this.#runMs.get(key)
    this.#runMs.set(key, mean === undefined ? runMs : mean + (runMs - mean) * WEIGHT)
  }
}

const WEIGHT = 0.1
