import { count, counted, rate, span } from '../format.ts'
import { printable, type Paint } from '../output.ts'
import type { ArmSummary, KindSummary, RunSummary } from './summary.ts'

/** The summary for a person. `commands` are what to type next. */
export function summaryText(
  summary: RunSummary,
  commands: readonly string[],
  paint: Paint,
): string {
  const lines = [
    '',
    headLine(summary, paint),
    ...busyLine(summary),
    ...armTable(summary.arms),
    ...kinds(summary, paint),
  ]
  return `${[...lines, ...commands].join('\n')}\n`
}

function headLine(summary: RunSummary, paint: Paint): string {
  const { ok, failed, cancelled, left, doneBefore, failedBefore, invalid, filtered } = summary
  const { unchanged = 0 } = summary
  const numbers = [
    paint('green', `${count(ok)} ok`),
    failed === 0 ? '0 failed' : paint('red', `${count(failed)} failed`),
    ...[
      [cancelled, 'cancelled'],
      [left, 'not run'],
      [doneBefore, 'already done'],
      [failedBefore, 'failed before'],
      [invalid, 'invalid (skipped)'],
      [filtered, 'filtered out'],
      [unchanged, 'unchanged'],
    ].flatMap(([number, what]) => (number === 0 ? [] : [`${count(Number(number))} ${what}`])),
  ]
  const speed = `${span(summary.wallMs)}   ${rate(summary.tasksPerSecond).replace('/s', ' tasks/s')}`
  return `${paint('bold', 'Summary')}   ${numbers.join('   ')}      ${speed}`
}

function busyLine({ busyMs, wallMs, threads }: RunSummary): string[] {
  if (threads === 0 || wallMs === 0) return []
  const share = Math.round((busyMs / (wallMs * threads)) * 100)
  return [
    `          busy ${span(busyMs)} of thread time, ${share}% of ${counted(threads, 'thread')}`,
  ]
}

const TITLES = ['arm', 'ok', 'fail', 'retry', 'wait p50/p99', 'run p50/p99']

function armTable(arms: readonly ArmSummary[]): string[] {
  if (arms.length === 0) return []
  const rows = [TITLES, ...arms.map(armRow)]
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(
    (row) => ` ${row.map((cell, at) => padded(cell, widths[at] ?? 0, at === 0)).join('  ')}`,
  )
}

function armRow({ arm, ok, failed, retried, waitMs, runMs }: ArmSummary): string[] {
  const spans = [waitMs, runMs].map(({ p50, p99 }) => `${span(p50)}/${span(p99)}`)
  return [arm, count(ok), count(failed), count(retried), ...spans]
}

function padded(text: string, width: number, left: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width)
}

const KINDS_SHOWN = 10

function kinds({ failures, failed, file }: RunSummary, paint: Paint): string[] {
  if (failures.length === 0) return []
  const shown = failures.slice(0, KINDS_SHOWN).flatMap((kind) => kindLines(kind, file, paint))
  const hidden = failures.length - KINDS_SHOWN
  return [
    ` ${counted(failed, 'failure')}, ${counted(failures.length, 'kind')}:`,
    ...shown,
    ...(hidden > 0 ? [`   and ${counted(hidden, 'more kind')}`] : []),
  ]
}

function kindLines(
  { count: times, arm, type, reason, message, example }: KindSummary,
  file: string,
  paint: Paint,
): string[] {
  const what = `   ${paint('red', `${count(times)}x`)} ${arm}/${type}  ${reason}: ${oneLine(message)}`
  const name = file === '-' ? 'stdin' : file
  const place = example.line === undefined ? name : `${name}:${example.line}`
  const whose = paint(
    'gray',
    `      ${times === 1 ? 'at' : 'e.g.'} ${place}  ${printable(example.row)}`,
  )
  return [what, times === 1 ? whose : `${whose}  ${paint('gray', oneLine(example.error))}`]
}

function oneLine(text: string): string {
  const [first = ''] = printable(text).split('\n')
  return first.length <= 200 ? first : `${first.slice(0, 200)}…`
}
