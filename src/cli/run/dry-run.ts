import { count, counted } from '../format.ts'
import type { Paint } from '../output.ts'
import type { CheckedFile } from './check-file.ts'

/** What would run, for a person. */
export function planText(file: string, checked: CheckedFile, paint: Paint): string {
  const { selected, filtered, invalid, byType } = checked
  const beside = [
    filtered === 0 ? '' : `, ${count(filtered)} filtered out`,
    invalid === 0 ? '' : `, ${count(invalid)} invalid (skipped)`,
  ].join('')
  const lines = [...byType.values()].map(
    ({ arm, type, rows }) => ` ${arm.padEnd(9)}  ${type.padEnd(24)}  ${count(rows).padStart(9)}`,
  )
  const head = `${paint('bold', file)}: ${counted(selected, 'row')} would run${beside}; nothing was stored or run`
  return `${[head, ...lines].join('\n')}\n`
}

/** The same as one JSON object. */
export function planEvent(file: string, checked: CheckedFile): string {
  const { selected, filtered, invalid, byType } = checked
  const types = [...byType.values()]
  return `${JSON.stringify({ v: 1, ev: 'run.plan', file, selected, filtered, invalid, types })}\n`
}
