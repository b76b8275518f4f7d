import type { LatencySummary } from '../../main/index.ts'

/** The figures at one number of threads. */
export interface BenchLevel {
  readonly threads: number
  /** Runs a second, the median of the rounds. */
  readonly throughput: number
  /** Throughput a thread against that of the fewest threads measured. */
  readonly efficiency: number
  readonly inFlight: number
  readonly runs: number
  readonly failed: number
  readonly wait: LatencySummary
  readonly run: LatencySummary
}

/** What `octopus bench --json` prints and `--compare` reads. */
export interface BenchReport {
  readonly v: 1
  readonly ev: 'bench'
  readonly task: string
  readonly node: string
  readonly cores: number
  readonly cpu: string
  readonly store: string
  readonly rounds: number
  readonly levels: readonly BenchLevel[]
  /** The most threads that were worth it. */
  readonly scalesTo: number
  readonly words: string
}
