import type { LogLine } from '../../main/light.ts'
import { localTime } from '../format.ts'
import { oneLine, type Paint } from '../output.ts'
import { cut } from '../text-width.ts'

/** One line that a handler logged or printed, at most so wide. */
export function logLine({ atMs, level, text }: LogLine, width: number, paint: Paint): string {
  const at = localTime(atMs)
  const told = level === 'info' ? '' : `${level} `
  const room = width - at.length - told.length - GAP.length
  if (room < ROOM_MIN) return cut(`${told}${oneLine(text)}`, width)
  return `${paint('gray', at)}${GAP}${paint(LEVEL_PAINT[level], told)}${cut(oneLine(text), room)}`
}

const GAP = '  '
/** Where less is left for the text, the time goes. */
const ROOM_MIN = 20

const LEVEL_PAINT = { debug: 'gray', info: 'gray', warn: 'yellow', error: 'red' } as const
