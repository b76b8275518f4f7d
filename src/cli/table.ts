import type { Paint } from './output.ts'
import { cut, cutFront, textWidth } from './text-width.ts'

/** One column of a table; its cells are plain text, painted only once they have their width. */
export interface Column<Row> {
  readonly title: string
  cell(row: Row): string
  readonly right?: true
  /** The highest goes first where room is short; those without a rank stay. */
  readonly rank?: number
  /** Narrower than its text, down to this, before any column goes; what is cut ends in `…`. */
  readonly min?: number
  /** What is cut goes from the front: the ends of ids differ, not their beginnings. */
  readonly keeps?: 'end'
  paint?(row: Row, text: string, paint: Paint): string
}

const GAP = '  '

/** Lines no wider than `width`: columns shrink, then go, and what is still too wide is cut. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paint: Paint,
): string[] {
  const fitting = fit(
    columns.map((column) => measure(column, rows)),
    width,
  )
  const titles = fitting.map(({ column, wide }) => padded(column.title, wide, column.right))
  const head = cut(titles.join(GAP).trimEnd(), width)
  return [paint('gray', head), ...rows.map((row) => line(fitting, row, width, paint))]
}

interface Measured<Row> {
  readonly column: Column<Row>
  readonly wide: number
}

function measure<Row>(column: Column<Row>, rows: readonly Row[]): Measured<Row> {
  const widths = rows.map((row) => textWidth(column.cell(row)))
  return { column, wide: widths.reduce((a, b) => Math.max(a, b), textWidth(column.title)) }
}

function fit<Row>(columns: readonly Measured<Row>[], width: number): readonly Measured<Row>[] {
  const over = columns.reduce((sum, { wide }) => sum + wide + GAP.length, -GAP.length) - width
  const fitting = over <= 0 ? columns : shrunk(columns, over)
  if (fitting !== undefined) return fitting
  const rank = Math.max(...columns.map(({ column }) => column.rank ?? 0))
  const last = columns.findLast(({ column }) => column.rank === rank)
  return last === undefined ? columns : fit(without(columns, last), width)
}

function without<Item>(items: readonly Item[], one: Item): readonly Item[] {
  return items.filter((item) => item !== one)
}

/** Takes `over` from the columns that may shrink; undefined when they cannot give as much. */
function shrunk<Row>(
  columns: readonly Measured<Row>[],
  over: number,
): readonly Measured<Row>[] | undefined {
  let left = over
  const narrower = columns.map(({ column, wide }) => {
    const taken = Math.min(left, Math.max(0, wide - (column.min ?? wide)))
    left -= taken
    return { column, wide: wide - taken }
  })
  return left > 0 ? undefined : narrower
}

/** One that is still too wide loses its colours with its end. */
function line<Row>(
  columns: readonly Measured<Row>[],
  row: Row,
  width: number,
  paint: Paint,
): string {
  const cells = columns.map(({ column, wide }) => {
    const shorten = column.keeps === 'end' ? cutFront : cut
    return padded(shorten(column.cell(row), wide), wide, column.right)
  })
  const plain = cells.join(GAP).trimEnd()
  if (textWidth(plain) > width) return cut(plain, width)
  const painted = columns.map(
    ({ column }, at) => column.paint?.(row, cells[at] ?? '', paint) ?? cells[at] ?? '',
  )
  return painted.join(GAP).trimEnd()
}

function padded(text: string, wide: number, right: true | undefined): string {
  const space = ' '.repeat(Math.max(0, wide - textWidth(text)))
  return right ? space + text : text + space
}
