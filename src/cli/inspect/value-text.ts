import { count } from '../format.ts'
import { printable } from '../output.ts'
import { cut } from '../text-width.ts'

const NAME_WIDTH = 9
/** What is longer is cut, unless it is asked for whole. */
const SHORT_MAX = 400

/** A payload or result: short ones on a line, all of it when asked for, bytes by their number. */
export function valueLines(
  name: string,
  value: unknown,
  { whole, width }: { readonly whole: boolean; readonly width: number },
): string[] {
  const label = name.padEnd(NAME_WIDTH)
  if (value instanceof Uint8Array) return [cut(`${label}${count(value.byteLength)} bytes`, width)]
  if (whole)
    return [
      name,
      ...(JSON.stringify(value, undefined, 2) ?? 'undefined').split('\n').map(printable),
    ]
  const text = printable(JSON.stringify(value) ?? 'undefined')
  return [cut(`${label}${text}`, Math.min(width, SHORT_MAX))]
}
