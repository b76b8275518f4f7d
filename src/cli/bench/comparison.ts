import { readFile } from 'node:fs/promises'
import { OctopusError } from '../../main/index.ts'
import { counted } from '../format.ts'
import type { BenchLevel, BenchReport } from './report.ts'

const METRICS = {
  throughput: (level: BenchLevel) => level.throughput,
  efficiency: (level: BenchLevel) => level.efficiency,
  p50: (level: BenchLevel) => level.run.p50Us,
  p99: (level: BenchLevel) => level.run.p99Us,
  'wait.p50': (level: BenchLevel) => level.wait.p50Us,
  'wait.p99': (level: BenchLevel) => level.wait.p99Us,
} as const
type Metric = keyof typeof METRICS

/** `p99>+10%` */
export interface Rule {
  readonly text: string
  readonly metric: Metric
  readonly above: boolean
  readonly percent: number
}

/** One number of threads, now and then: each metric's ratio, 1.1 for a tenth more. */
export interface LevelRatios {
  readonly threads: number
  readonly ratios: Readonly<Record<Metric, number>>
}

/** @throws OctopusError E_USAGE */
export function parseRule(text: string): Rule {
  const parts = /^(?<metric>[a-z.0-9]+)\s*(?<sign>[<>])\s*(?<percent>[+-]\d+(\.\d+)?)%$/.exec(
    text.trim(),
  )?.groups
  const metric = metricOf(parts?.['metric']?.replace(/^run\./, ''))
  if (parts !== undefined && metric !== undefined)
    return { text, metric, above: parts['sign'] === '>', percent: Number(parts['percent']) }
  throw new OctopusError('E_USAGE', `--fail-if '${text}' is no rule`, {
    hint: `For example 'p99>+10%' or 'throughput<-5%'. Metrics: ${Object.keys(METRICS).join(', ')}.`,
  })
}

export function compare(now: BenchReport, base: BenchReport): readonly LevelRatios[] {
  return now.levels.flatMap((level) => {
    const before = base.levels.find(({ threads }) => threads === level.threads)
    return before === undefined ? [] : [{ threads: level.threads, ratios: ratiosOf(level, before) }]
  })
}

/** The rules that are broken, and where. */
export function broken(
  rules: readonly Rule[],
  compared: readonly LevelRatios[],
): readonly string[] {
  return rules.flatMap(({ text, metric, above, percent }) =>
    compared.flatMap(({ threads, ratios }) => {
      const change = (ratios[metric] - 1) * 100
      const isSo = above ? change > percent : change < percent
      return isSo ? [`${text}: ${metric} ${signed(change)} at ${counted(threads, 'thread')}`] : []
    }),
  )
}

/** @throws OctopusError E_USAGE when the file is not what --json printed */
export async function readBase(file: string): Promise<BenchReport> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (isReport(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unreadable(file, 'cannot be read', error)
  }
  throw unreadable(file, 'is not what octopus bench --json printed')
}

function metricOf(name: string | undefined): Metric | undefined {
  const names: readonly Metric[] = [
    'throughput',
    'efficiency',
    'p50',
    'p99',
    'wait.p50',
    'wait.p99',
  ]
  return names.find((metric) => metric === name)
}

function ratiosOf(now: BenchLevel, base: BenchLevel): LevelRatios['ratios'] {
  const ratio = (metric: Metric): number =>
    METRICS[metric](now) / Math.max(METRICS[metric](base), 1e-9)
  return {
    throughput: ratio('throughput'),
    efficiency: ratio('efficiency'),
    p50: ratio('p50'),
    p99: ratio('p99'),
    'wait.p50': ratio('wait.p50'),
    'wait.p99': ratio('wait.p99'),
  }
}

function isReport(value: unknown): value is BenchReport {
  if (typeof value !== 'object' || value === null) return false
  const named = 'ev' in value && value.ev === 'bench' && 'v' in value && value.v === 1
  return named && 'levels' in value && Array.isArray(value.levels) && value.levels.every(isLevel)
}

function isLevel(value: unknown): value is BenchLevel {
  if (typeof value !== 'object' || value === null) return false
  const { threads, throughput, run, wait } = {
    threads: 0,
    throughput: 0,
    run: null,
    wait: null,
    ...value,
  }
  return [threads, throughput].every(Number.isFinite) && run !== null && wait !== null
}

function unreadable(file: string, why: string, cause?: unknown): OctopusError {
  return new OctopusError('E_USAGE', `--compare ${file} ${why}`, {
    hint: 'Make one: octopus bench --task … --json > base.json',
    cause,
  })
}

function signed(change: number): string {
  return `${change < 0 ? '' : '+'}${change.toFixed(1)}%`
}
