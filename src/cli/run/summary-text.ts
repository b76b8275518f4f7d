import { count, counted, rate, span } from '../format.ts'
import { plain, printable, type Paint } from '../output.ts'
import { table, type Column } from '../table.ts'
import type { ArmSummary, KindSummary, RunSummary } from './summary.ts'

/** The summary for a person. `commands` are what to type next. The table of the arms is no wider than `width`. */
export function summaryText(
  summary: RunSummary,
  commands: readonly string[],
  width: number,
  paint: Paint,
): string {
  const lines = [
    '',
    headLine(summary, paint),
    ...busyLine(summary),
    ...armTable(summary.arms, width),
    ...kinds(summary, paint),
    ...causes(summary, paint),
  ]
  return `${[...lines, ...commands].join('\n')}\n`
}

function headLine(summary: RunSummary, paint: Paint): string {
  const { ok, failed, cancelled, left, doneBefore, failedBefore, invalid, filtered } = summary
  const { skipped, unchanged = 0 } = summary
  const numbers = [
    paint('green', `${count(ok)} ok`),
    failed === 0 ? '0 failed' : paint('red', `${count(failed)} failed`),
    ...[
      [cancelled, 'cancelled'],
      [skipped, 'skipped'],
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

const ARM_COLUMNS: readonly Column<ArmSummary>[] = [
  { title: 'arm', cell: ({ arm }) => arm },
  { title: 'ok', right: true, cell: ({ ok }) => count(ok) },
  { title: 'fail', right: true, cell: ({ failed }) => count(failed) },
  { title: 'retry', right: true, rank: 2, cell: ({ retried }) => count(retried) },
  { title: 'wait p50/p99', right: true, rank: 3, cell: ({ waitMs }) => spans(waitMs) },
  { title: 'run p50/p99', right: true, rank: 1, cell: ({ runMs }) => spans(runMs) },
]

function armTable(arms: readonly ArmSummary[], width: number): string[] {
  if (arms.length === 0) return []
  return table(ARM_COLUMNS, arms, width - 1, plain).map((line) => ` ${line}`)
}

function spans({ p50, p99 }: { readonly p50: number; readonly p99: number }): string {
  return `${span(p50)}/${span(p99)}`
}

const KINDS_SHOWN = 10

function kinds({ failures, failed, rootCauses, file }: RunSummary, paint: Paint): string[] {
  if (failures.length === 0) return []
  const unstarted = rootCauses.reduce((sum, cause) => sum + cause.failed, 0)
  const shown = failures.slice(0, KINDS_SHOWN).flatMap((kind) => kindLines(kind, file, paint))
  const hidden = failures.length - KINDS_SHOWN
  return [
    ` ${counted(failed - unstarted, 'failure')}, ${counted(failures.length, 'kind')}:`,
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
  const place = placed(file, example.line)
  const whose = paint(
    'gray',
    `      ${times === 1 ? 'at' : 'e.g.'} ${place}  ${printable(example.row)}`,
  )
  return [what, times === 1 ? whose : `${whose}  ${paint('gray', oneLine(example.error))}`]
}

/** ` 3 skipped because build:core failed  build.ndjson:7` */
function causes({ rootCauses, file }: RunSummary, paint: Paint): string[] {
  const shown = rootCauses
    .slice(0, KINDS_SHOWN)
    .flatMap(({ root, line, state, skipped, failed }) => {
      const why = `because ${paint('bold', printable(root))} ${state === 'failed' ? 'failed' : 'was cancelled'}`
      const place = line === undefined ? '' : paint('gray', `  ${placed(file, line)}`)
      return [
        ...(skipped === 0 ? [] : [` ${count(skipped)} skipped ${why}${place}`]),
        ...(failed === 0 ? [] : [` ${count(failed)} failed unstarted ${why}${place}`]),
      ]
    })
  const hidden = rootCauses.length - KINDS_SHOWN
  return [...shown, ...(hidden > 0 ? [` and ${counted(hidden, 'more root cause')}`] : [])]
}

function placed(file: string, line: number | undefined): string {
  const name = file === '-' ? 'stdin' : file
  return line === undefined ? name : `${name}:${line}`
}

function oneLine(text: string): string {
  const [first = ''] = printable(text).split('\n')
  return first.length <= 200 ? first : `${first.slice(0, 200)}…`
}
