import { ARM_IDS, type ArmId, type Clock } from '../../main/index.ts'
import { overOf, type Tally } from './tally.ts'

/** How far one arm, or all of them together, have come. */
export interface Progress {
  readonly rows: number
  readonly over: number
  readonly failed: number
  readonly retrying: number
  readonly perSecond: number
  /** Undefined while nothing can be said. */
  readonly etaMs: number | undefined
}

export interface ArmProgress extends Progress {
  readonly arm: ArmId
  /** 99th percentile of the runs so far; undefined before the first. */
  readonly p99Ms: number | undefined
}

export interface Snapshot {
  readonly elapsedMs: number
  readonly arms: readonly ArmProgress[]
  readonly total: Progress
  /** The arm that will be ready last. */
  readonly slowest: ArmId | undefined
}

interface Sample {
  readonly atMs: number
  readonly over: ReadonlyMap<ArmId, number>
}

/** Rates are those of the last ten seconds. */
const WINDOW_MS = 10_000
/** Percentiles are added up from histograms, which is too dear for every frame. */
const PERCENTILES_MS = 1_000

/** Looks at the tally from time to time and makes speed of it. */
export class ProgressView {
  readonly #tally: Tally
  readonly #clock: Clock
  readonly #startedAtMs: number
  readonly #samples: Sample[] = []
  #p99Ms: ReadonlyMap<ArmId, number> = new Map()
  #p99AtMs = -Infinity

  constructor(tally: Tally, clock: Clock) {
    this.#tally = tally
    this.#clock = clock
    this.#startedAtMs = clock.monotonicMs()
    this.#sample(this.#startedAtMs)
  }

  snapshot(): Snapshot {
    const nowMs = this.#clock.monotonicMs()
    this.#sample(nowMs)
    this.#percentiles(nowMs)
    const arms = ARM_IDS.flatMap((arm) => this.#arm(arm, nowMs))
    const slowest = arms.reduce<ArmProgress | undefined>(later, undefined)
    return {
      elapsedMs: nowMs - this.#startedAtMs,
      arms,
      total: sum(arms, slowest),
      slowest: slowest?.arm,
    }
  }

  #arm(arm: ArmId, nowMs: number): ArmProgress[] {
    const tally = this.#tally.arms.get(arm)
    if (tally === undefined || tally.rows === 0) return []
    const over = overOf(tally)
    const perSecond = this.#rate(arm, over, nowMs)
    const left = tally.rows - over
    const etaMs = left === 0 ? 0 : perSecond === 0 ? undefined : (left / perSecond) * 1_000
    const { rows, failed, retrying } = tally
    return [{ arm, rows, over, failed, retrying, perSecond, etaMs, p99Ms: this.#p99Ms.get(arm) }]
  }

  #rate(arm: ArmId, over: number, nowMs: number): number {
    const [oldest] = this.#samples
    if (oldest === undefined || nowMs <= oldest.atMs) return 0
    return ((over - (oldest.over.get(arm) ?? 0)) / (nowMs - oldest.atMs)) * 1_000
  }

  #sample(nowMs: number): void {
    const over = new Map([...this.#tally.arms].map(([arm, tally]) => [arm, overOf(tally)]))
    this.#samples.push({ atMs: nowMs, over })
    // The oldest that is kept is the last from before the window, however seldom somebody looks.
    while ((this.#samples[1]?.atMs ?? Infinity) <= nowMs - WINDOW_MS) this.#samples.shift()
  }

  #percentiles(nowMs: number): void {
    if (nowMs - this.#p99AtMs < PERCENTILES_MS) return
    this.#p99AtMs = nowMs
    const used = ARM_IDS.filter((arm) => overOf(this.#tally.arms.get(arm) ?? NOBODY) > 0)
    this.#p99Ms = new Map(
      used.map((arm) => [arm, this.#tally.latency.ofArm(arm).run.p99Us / 1_000]),
    )
  }
}

const NOBODY = { rows: 0, ok: 0, failed: 0, cancelled: 0, skipped: 0, retried: 0, retrying: 0 }

function later(latest: ArmProgress | undefined, arm: ArmProgress): ArmProgress | undefined {
  if (arm.over === arm.rows) return latest
  return latest === undefined || (arm.etaMs ?? Infinity) > (latest.etaMs ?? Infinity) ? arm : latest
}

function sum(arms: readonly ArmProgress[], slowest: ArmProgress | undefined): Progress {
  const add = (of: 'rows' | 'over' | 'failed' | 'retrying' | 'perSecond'): number =>
    arms.reduce((whole, arm) => whole + arm[of], 0)
  return {
    rows: add('rows'),
    over: add('over'),
    failed: add('failed'),
    retrying: add('retrying'),
    perSecond: add('perSecond'),
    etaMs: slowest === undefined ? 0 : slowest.etaMs,
  }
}
