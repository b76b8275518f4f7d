import type { LogLine } from '../../main/light.ts'
import { localTime } from '../format.ts'
import { oneLine, type Paint } from '../output.ts'

/** One line that a handler logged or printed. */
export function logLine({ atMs, level, text }: LogLine, paint: Paint): string {
  const at = paint('gray', localTime(atMs))
  const told = level === 'info' ? '' : `${paint(LEVEL_PAINT[level], level)} `
  return `${at}  ${told}${oneLine(text)}`
}

const LEVEL_PAINT = { debug: 'gray', info: [], warn: 'yellow', error: 'red' } as const
