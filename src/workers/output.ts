import { systemClock } from '../protocol/clock.ts'
import { currentRun } from './task-run.ts'

/**
 * What a handler prints becomes lines of its task's log. Left to itself a worker's output is sent to main unbounded
 * (300 MB printed cost the main process 1.3 GB), and mixes with what the program prints as its results.
 */
export function captureOutput(): void {
  capture(process.stdout, 'info')
  capture(process.stderr, 'warn')
}

const LINE_CHARACTERS_MAX = 4_096
const LINES_MAX = 1_000
const printed = new WeakMap<object, number>()

function capture(stream: NodeJS.WriteStream, level: 'info' | 'warn'): void {
  const original = stream.write.bind(stream)
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const run = currentRun.getStore()
    if (run === undefined || run.ended)
      return Reflect.apply(original, stream, [chunk, ...rest]) === true
    const lines = (printed.get(run) ?? 0) + 1
    printed.set(run, lines)
    if (lines <= LINES_MAX) run.log({ atMs: systemClock.wallMs(), level, text: text(chunk) })
    const done = rest.findLast((argument) => typeof argument === 'function')
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
  Object.defineProperty(stream, 'write', { value: write, configurable: true, writable: true })
}

function text(chunk: string | Uint8Array): string {
  const whole = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
  const line = whole.endsWith('\n') ? whole.slice(0, -1) : whole
  return line.length > LINE_CHARACTERS_MAX ? `${line.slice(0, LINE_CHARACTERS_MAX)}…` : line
}
