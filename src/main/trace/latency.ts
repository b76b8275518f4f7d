import type { Histogram } from 'hdr-histogram-js'
// The package's entry also loads WebAssembly and codecs, which is most of its 30 ms and nothing that is used here.
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js'
import { byArm, type ArmId } from '../../protocol/task.ts'

/** Percentiles of one series, in microseconds, within 1 % (two significant digits). */
export interface LatencySummary {
  readonly count: number
  readonly meanUs: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly maxUs: number
}

export interface LatencyOf {
  /** Ready until started in a thread. */
  readonly wait: LatencySummary
  readonly run: LatencySummary
  /** Ready until handed to the store. */
  readonly total: LatencySummary
}

interface Series {
  readonly arm: ArmId
  readonly type: string
  readonly wait: Histogram
  readonly run: Histogram
  readonly total: Histogram
}

/**
 * HDR histograms by arm and type, made when the first attempt of that pair ends. An arm's or a type's own figures are
 * the sum of its pairs, added up when somebody asks.
 */
export class Latency {
  readonly #series = new Map<string, Series>()
  #last: Series | undefined

  record(arm: ArmId, type: string, waitUs: number, runUs: number, totalUs: number): void {
    const series =
      this.#last?.type === type && this.#last.arm === arm ? this.#last : this.#find(arm, type)
    series.wait.recordValue(micros(waitUs))
    series.run.recordValue(micros(runUs))
    series.total.recordValue(micros(totalUs))
  }

  ofArms(): Record<ArmId, LatencyOf> {
    return byArm((arm) => this.ofArm(arm))
  }

  ofArm(arm: ArmId): LatencyOf {
    return this.#sum((series) => series.arm === arm)
  }

  byType(): Record<string, LatencyOf> {
    const types = new Set([...this.#series.values()].map((series) => series.type))
    return Object.fromEntries(
      [...types].map((type) => [type, this.#sum((series) => series.type === type)]),
    )
  }

  /**
   * All series together as percentile distributions in microseconds, in the text format of HdrHistogram (.hgrm), which its
   * plotter reads.
   */
  distributions(): Readonly<Record<keyof LatencyOf, string>> {
    const all = [...this.#series.values()]
    return {
      wait: added(all.map(({ wait }) => wait)).outputPercentileDistribution(5, 1),
      run: added(all.map(({ run }) => run)).outputPercentileDistribution(5, 1),
      total: added(all.map(({ total }) => total)).outputPercentileDistribution(5, 1),
    }
  }

  #find(arm: ArmId, type: string): Series {
    const key = `${arm} ${type}`
    const known = this.#series.get(key)
    const series = known ?? { arm, type, wait: histogram(), run: histogram(), total: histogram() }
    if (known === undefined) this.#series.set(key, series)
    this.#last = series
    return series
  }

  #sum(belongs: (series: Series) => boolean): LatencyOf {
    const chosen = [...this.#series.values()].filter(belongs)
    return {
      wait: summary(chosen.map((series) => series.wait)),
      run: summary(chosen.map((series) => series.run)),
      total: summary(chosen.map((series) => series.total)),
    }
  }
}

/** A week: longer runs are counted as one. */
const HIGHEST_US = 7 * 24 * 3_600 * 1_000_000

function histogram(): Histogram {
  const made = new Series32(LOWEST_US, 2 * LOWEST_US, SIGNIFICANT_DIGITS)
  made.autoResize = true
  return made
}

const Series32 = constructorFromBucketSize(32)
const LOWEST_US = 1
const SIGNIFICANT_DIGITS = 2

function micros(value: number): number {
  return Math.min(HIGHEST_US, Math.max(0, Math.round(value)))
}

function added(parts: readonly Histogram[]): Histogram {
  const whole = histogram()
  for (const part of parts) whole.add(part)
  return whole
}

const NOTHING: LatencySummary = { count: 0, meanUs: 0, p50Us: 0, p90Us: 0, p99Us: 0, maxUs: 0 }

function summary(parts: readonly Histogram[]): LatencySummary {
  if (parts.length === 0) return NOTHING
  const whole = added(parts)
  // A percentile is the upper end of its bucket, which may lie above all that was recorded in it.
  const within = (percentile: number): number =>
    Math.min(whole.maxValue, whole.getValueAtPercentile(percentile))
  return {
    count: whole.totalCount,
    meanUs: whole.mean,
    p50Us: within(50),
    p90Us: within(90),
    p99Us: within(99),
    maxUs: whole.maxValue,
  }
}
