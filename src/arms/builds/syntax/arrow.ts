import type { Fault } from './fault.ts'

/**
 * A SyntaxError says where only in the head of its stack:
 *
 * ```
 * file.js:2
 *   let x = ;
 *           ^
 * ```
 */
export function locate(error: Error): Pick<Fault, 'line' | 'column'> {
  const lines = (error.stack ?? '').split('\n')
  const head = lines.findIndex((line) => LOCATION.test(line))
  const line = Number(LOCATION.exec(lines[head] ?? '')?.[1] ?? 1)
  const arrow = lines.slice(head + 1, head + 4).find((text) => ARROW.test(text))
  return { line, column: (arrow?.indexOf('^') ?? 0) + 1 }
}

const LOCATION = /:(\d+)$/
const ARROW = /^\s*\^+\s*$/
