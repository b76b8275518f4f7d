/** QAL: expects of the next cycle what the last ones brought, the recent ones most (an exponential mean). */
export class QuantumAnticipation {
  #expected = 0
  readonly #weight = 0.5

  get expected(): number {
    return Math.round(this.#expected)
  }

  /** Learns what came, and says how many are to be expected next. */
  anticipate(arrived: number): number {
    this.#expected += this.#weight * (arrived - this.#expected)
    return this.expected
  }
}
