/** The latencies of a server that is asked without a pause. */
export class Latencies {
  readonly #url: string
  readonly #phases = new Map<string, number[]>()

  constructor(url: string) {
    this.#url = url
  }

  /** Asks until the work is done, and at least so often. */
  async during<T>(phase: string, work: Promise<T>, requestsMin = 300): Promise<T> {
    const timesMs: number[] = []
    this.#phases.set(phase, timesMs)
    const ended = new AbortController()
    void Promise.allSettled([work]).then(() => ended.abort())
    while (!ended.signal.aborted || timesMs.length < requestsMin) {
      const startedAt = performance.now()
      await (await fetch(this.#url)).text()
      timesMs.push(performance.now() - startedAt)
    }
    return work
  }

  /** In milliseconds. */
  percentile(phase: string, share: number): number {
    const sorted = (this.#phases.get(phase) ?? []).toSorted((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  }

  table(): string {
    const lines = [...this.#phases].map(([phase, { length }]) => {
      const [p50, p99] = [0.5, 0.99].map((share) =>
        this.percentile(phase, share).toFixed(1).padStart(7),
      )
      return `${phase.padEnd(36)} ${String(length).padStart(6)} ${p50} ms ${p99} ms`
    })
    return ['answers'.padEnd(36) + '  count     p50        p99', ...lines].join('\n')
  }
}
