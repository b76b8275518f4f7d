import { count, rate, span } from '../format.ts'
import { resultColumns, type Output } from '../output.ts'
import { table, type Column } from '../table.ts'
import type { LevelRatios } from './comparison.ts'
import type { BenchLevel, BenchReport } from './report.ts'

const COLUMNS: readonly Column<BenchLevel>[] = [
  { title: 'threads', right: true, cell: ({ threads }) => String(threads) },
  { title: 'throughput', right: true, cell: ({ throughput }) => rate(throughput) },
  {
    title: 'efficiency',
    right: true,
    cell: ({ efficiency }) => `${Math.round(efficiency * 100)}%`,
  },
  { title: 'run p50/p99', right: true, cell: ({ run }) => both(run) },
  { title: 'wait p50/p99', right: true, rank: 1, cell: ({ wait }) => both(wait) },
  { title: 'runs', right: true, rank: 2, cell: ({ runs }) => count(runs) },
  { title: 'failed', right: true, rank: 3, cell: ({ failed }) => count(failed) },
]

const RATIOS: readonly Column<LevelRatios>[] = [
  { title: 'threads', right: true, cell: ({ threads }) => String(threads) },
  { title: 'throughput', right: true, cell: ({ ratios }) => times(ratios.throughput) },
  { title: 'run p50', right: true, cell: ({ ratios }) => times(ratios.p50) },
  { title: 'run p99', right: true, cell: ({ ratios }) => times(ratios.p99) },
  { title: 'wait p50', right: true, rank: 1, cell: ({ ratios }) => times(ratios['wait.p50']) },
  { title: 'wait p99', right: true, rank: 1, cell: ({ ratios }) => times(ratios['wait.p99']) },
]

/** The report for a person. */
export function benchText(
  report: BenchReport,
  compared: readonly LevelRatios[],
  output: Output,
): string {
  const { task, node, cores, cpu, store, levels, words } = report
  const width = resultColumns()
  return [
    `${task}  node ${node}  ${cores} x ${cpu}  store ${store}`,
    '',
    ...table(COLUMNS, levels, width, output.paintResult),
    '',
    words,
    ...(compared.length === 0
      ? []
      : ['', 'Against the base:', ...table(RATIOS, compared, width, output.paintResult)]),
    '',
  ].join('\n')
}

function both({ p50Us, p99Us }: BenchLevel['run']): string {
  return `${span(p50Us / 1_000)}/${span(p99Us / 1_000)}`
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`
}
