import {
  ARM_IDS,
  Latency,
  systemClock,
  type EngineEvent,
  type FoundFunction,
  type Octopus,
} from '../../main/index.ts'

/** When a round is long enough. */
export interface RoundLength {
  readonly warmUpMs: number
  readonly ms: number
  /** Instead of `ms`. */
  readonly count: number | undefined
}

/** What one round came to. */
export interface Round {
  readonly perSecond: number
  readonly runs: number
  readonly failed: number
  readonly failure: string | undefined
}

/** About so much work is kept for each thread, so that none runs dry and little waits. */
const WORK_AHEAD_MS = 2
const IN_FLIGHT_MAX = 1_024
/** How much longer a warm-up may take for threads that have not run anything yet. */
const THREADS_START_MS = 2_000

/** One engine, measured round by round at any number of threads. */
export class Measure {
  readonly #octopus: Octopus
  readonly #task: FoundFunction
  readonly #payloads: readonly unknown[]
  /** Of one run, seen in a first short round. */
  #meanMs = 0

  constructor(octopus: Octopus, task: FoundFunction, payloads: readonly unknown[]) {
    this.#octopus = octopus
    this.#task = task
    this.#payloads = payloads
  }

  get meanMs(): number {
    return this.#meanMs
  }

  /** Learns how long a run takes, which says how many must be on their way. */
  async calibrate(ms: number): Promise<void> {
    const latency = new Latency()
    await this.round(1, { warmUpMs: 0, ms, count: undefined }, latency)
    this.#meanMs = summed(latency, this.#task).run.meanUs / 1_000
  }

  /** How many runs are on their way at once. */
  inFlight(threads: number): number {
    const ahead = Math.ceil((2 * WORK_AHEAD_MS) / Math.max(this.#meanMs, 0.001))
    return Math.min(IN_FLIGHT_MAX, threads * Math.max(2, ahead))
  }

  /** Keeps the threads busy; counts from the end of one run, after the warm-up, to the end of another. */
  async round(threads: number, length: RoundLength, latency: Latency): Promise<Round> {
    for (const arm of ARM_IDS) this.#octopus.setArm(arm, { maxParallel: threads })
    const counting = new Counting(threads, length)
    const unwatch = this.#octopus.watch((event) => counting.hear(event, latency))
    try {
      const { module, exportName } = this.#task
      const runs = this.#octopus.map({ module, export: exportName }, this.#given(counting), {
        window: this.inFlight(threads),
        attempts: 1,
      })
      for await (const run of runs)
        counting.ended(run.state === 'succeeded' ? undefined : run.failure.message)
    } finally {
      unwatch()
    }
    return counting.round()
  }

  *#given(counting: Counting): Generator {
    for (let at = 0; !counting.over; at += 1) yield this.#payloads[at % this.#payloads.length]
  }
}

/** A type's figures, or those of nothing when it never ran. */
export function summed(latency: Latency, { type }: FoundFunction): ReturnType<Latency['ofArm']> {
  return latency.byType()[type] ?? new Latency().ofArm('batch')
}

/** Warm-up, counting, over: moved on by the end of each run. */
class Counting {
  readonly #threads: number
  readonly #length: RoundLength
  readonly #openedMs = systemClock.monotonicMs()
  readonly #threadsSeen = new Set<number>()
  #warm = 0
  #fromMs: number | undefined
  #toMs = 0
  #runs = 0
  #failed = 0
  #failure: string | undefined
  over = false

  constructor(threads: number, length: RoundLength) {
    this.#threads = threads
    this.#length = length
  }

  hear(event: EngineEvent, latency: Latency): void {
    if (event.kind !== 'attempt.ended' || this.over) return
    if (this.#fromMs === undefined) return void this.#threadsSeen.add(event.trace.threadId)
    const { arm, type, waitUs, dispatchUs, runUs, settleUs } = event.trace
    const waited = waitUs + dispatchUs
    latency.record(arm, type, waited, runUs, waited + runUs + settleUs)
  }

  ended(failure: string | undefined): void {
    if (this.over) return
    const nowMs = systemClock.monotonicMs()
    if (this.#fromMs === undefined) return this.#warming(nowMs)
    this.#runs += 1
    this.#failed += failure === undefined ? 0 : 1
    this.#failure ??= failure
    this.#toMs = nowMs
    this.over = this.#enough(nowMs - this.#fromMs)
  }

  round(): Round {
    const ms = this.#toMs - (this.#fromMs ?? 0)
    const perSecond = this.#runs === 0 ? 0 : (this.#runs / ms) * 1_000
    return { perSecond, runs: this.#runs, failed: this.#failed, failure: this.#failure }
  }

  // Threads start as they are needed, and their starting would be measured. Short runs may never need all of them.
  #warming(nowMs: number): void {
    this.#warm += 1
    const ms = nowMs - this.#openedMs - this.#length.warmUpMs
    const started = this.#threadsSeen.size >= this.#threads || ms >= THREADS_START_MS
    if (ms >= 0 && started && this.#warm >= this.#threads) this.#fromMs = nowMs
  }

  // A long run must end at least twice on each thread before its pace is known.
  #enough(ms: number): boolean {
    const { count, ms: wanted } = this.#length
    return count === undefined
      ? ms >= wanted && this.#runs >= 2 * this.#threads
      : this.#runs >= count
  }
}
