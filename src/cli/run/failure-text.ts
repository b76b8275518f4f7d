import type { Failure } from '../../main/index.ts'
import { counted, span } from '../format.ts'
import { printable, type Paint } from '../output.ts'
import { failureSentence } from '../task-words.ts'
import type { TaskEnd } from './task-end.ts'

/** A row that failed for good, as a person wants to read it: which, where in the file, why, where in the code. */
export function failureText(end: TaskEnd, file: string, paint: Paint): string {
  const { arm, type, attempt, runUs, waitUs, dispatchUs, threadId, failure } = end.trace
  const head = `${paint('red', '✖')} ${paint('bold', `${arm}/${type}`)} ${printable(end.row)}  ${placeOf(end, file)}`
  const times = `attempt ${attempt}  run ${span(runUs / 1_000)}  wait ${span((waitUs + dispatchUs) / 1_000)}  thread ${threadId}`
  const lines = [head, `  ${failure === undefined ? 'failed' : failureSentence(failure)}`]
  const frame = failure === undefined ? undefined : firstFrame(failure)
  if (frame !== undefined) lines.push(paint('gray', `  ${frame}`))
  return `${[...lines, paint('gray', `  ${times}`)].join('\n')}\n`
}

export function placeOf({ line }: TaskEnd, file: string): string {
  const name = file === '-' ? 'stdin' : file
  return line === undefined ? name : `${name}:${line}`
}

/** Where the task's own code failed, not where the engine or Node passed it on. */
function firstFrame({ stack }: Failure): string | undefined {
  const frames = stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? []
  const own = frames.find((frame) => !/node:internal|node_modules/.test(frame)) ?? frames[0]
  return own === undefined ? undefined : printable(own.trim())
}

const FAILURES_SHOWN = 20

/** Tells the first failures one by one; a storm of them is left to the summary. */
export function failureTeller(
  file: string,
  paint: Paint,
  say: (text: string) => void,
): (end: TaskEnd) => void {
  let told = 0
  return (end) => {
    // What failed only because another did is counted with that one.
    if (end.trace.state !== 'failed' || end.root !== undefined) return
    told += 1
    if (told <= FAILURES_SHOWN) say(failureText(end, file, paint))
    if (told === FAILURES_SHOWN)
      say(
        `${counted(FAILURES_SHOWN, 'failure')} shown; the summary groups the others, --joblog and --json list them all\n`,
      )
  }
}
