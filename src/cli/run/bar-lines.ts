import { count, percent, rate, span, wholeSpan } from '../format.ts'
import type { Paint } from '../output.ts'
import type { ArmProgress, Progress, Snapshot } from './progress-view.ts'

/** What a bar may show, the least needed last: in a narrow terminal the tail is left out. */
const COLUMNS = ['name', 'percent', 'count', 'bar', 'notes', 'eta', 'rate', 'p99'] as const
type Column = (typeof COLUMNS)[number]

const ORDER: readonly Column[] = ['name', 'bar', 'percent', 'count', 'rate', 'p99', 'eta', 'notes']
const BAR_MIN = 8
const BAR_MAX = 24
const GAP = 2

type Cells = Readonly<Record<Exclude<Column, 'bar'>, string>>

/**
 * One line for each arm and one for all, none wider than `width`. Which columns there are and how wide they are is the
 * same in every line.
 */
export function barLines(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const rows = snapshot.arms.map((arm) => ({ arm, cells: cellsOf(arm) }))
  const widths = widthsOf(rows.map(({ cells }) => cells))
  const columns = fitting(widths, width - 1)
  const barWidth = Math.min(BAR_MAX, width - 1 - taken(columns, widths, 0))
  const lines = rows.map(({ arm, cells }) =>
    line(arm, cells, columns, widths, barWidth, width, paint),
  )
  return [...lines, totalLine(snapshot, width, paint)]
}

function cellsOf(arm: ArmProgress): Cells {
  return {
    name: arm.arm,
    percent: `${percent(arm.over, arm.rows)}%`,
    count: `${count(arm.over)}/${count(arm.rows)}`,
    rate: arm.perSecond === 0 ? '' : rate(arm.perSecond),
    p99: arm.p99Ms === undefined ? '' : `p99 ${span(arm.p99Ms)}`,
    eta: etaOf(arm),
    notes: notesOf(arm).join(', '),
  }
}

function etaOf({ over, rows, etaMs }: Progress): string {
  return over === rows || etaMs === undefined ? '' : `eta ${wholeSpan(Math.max(1_000, etaMs))}`
}

function notesOf({ failed, retrying }: Progress): string[] {
  const notes = [
    failed === 0 ? '' : `${count(failed)} failed`,
    retrying === 0 ? '' : `${count(retrying)} retrying`,
  ]
  return notes.filter((note) => note !== '')
}

type Widths = Readonly<Record<Exclude<Column, 'bar'>, number>>

function widthsOf(cells: readonly Cells[]): Widths {
  const widest = (column: Exclude<Column, 'bar'>): number =>
    Math.max(0, ...cells.map((row) => row[column].length))
  return {
    name: widest('name'),
    percent: 4,
    count: widest('count'),
    rate: Math.max(6, widest('rate')),
    p99: Math.max(9, widest('p99')),
    eta: Math.max(7, widest('eta')),
    notes: widest('notes'),
  }
}

function fitting(widths: Widths, width: number): readonly Column[] {
  for (let kept = COLUMNS.length; kept > 1; kept--) {
    const columns = ORDER.filter((column) => COLUMNS.indexOf(column) < kept)
    if (taken(columns, widths, BAR_MIN) <= width) return columns
  }
  return ['name']
}

function taken(columns: readonly Column[], widths: Widths, barWidth: number): number {
  const used = columns.map((column) => (column === 'bar' ? barWidth : widths[column]))
  const shown = used.filter((one, at) => one > 0 || columns[at] === 'bar')
  return shown.reduce((sum, one) => sum + one + GAP, 1 - GAP)
}

function line(
  arm: ArmProgress,
  cells: Cells,
  columns: readonly Column[],
  widths: Widths,
  barWidth: number,
  width: number,
  paint: Paint,
): string {
  const parts = columns
    .filter((column) => column === 'bar' || widths[column] > 0)
    .map((column) =>
      column === 'bar'
        ? bar(arm, barWidth, paint)
        : cell(column, cells[column], widths[column], paint),
    )
  const text = ` ${parts.join(' '.repeat(GAP))}`
  return columns.length === 1 ? text.slice(0, width - 1) : text.trimEnd()
}

function cell(column: Exclude<Column, 'bar'>, text: string, width: number, paint: Paint): string {
  if (column === 'notes') return text === '' ? '' : paint('red', text)
  return column === 'name' ? text.padEnd(width) : text.padStart(width)
}

function bar({ over, rows, failed }: ArmProgress, width: number, paint: Paint): string {
  const full = rows === 0 ? width : Math.floor((over / rows) * width)
  const done = paint(failed > 0 ? 'red' : 'green', '━'.repeat(full))
  return done + paint('gray', '─'.repeat(width - full))
}

function totalLine({ total, slowest, arms }: Snapshot, width: number, paint: Paint): string {
  const eta = etaOf(total)
  const parts = [
    `${count(total.over)}/${count(total.rows)}`,
    `${percent(total.over, total.rows)}%`,
    ...notesOf(total),
    total.perSecond === 0 ? '' : rate(total.perSecond),
    eta === '' || arms.length < 2 ? eta : `${eta} (${slowest ?? ''})`,
  ].filter((part) => part !== '')
  let text = ' total'
  for (const part of parts) {
    if (text.length + GAP + part.length < width) text += ' '.repeat(GAP) + part
  }
  return paint('bold', text.slice(0, width - 1))
}
