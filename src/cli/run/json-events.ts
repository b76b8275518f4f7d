import { fromPayloadBytes, type PayloadBytes } from '../../main/index.ts'
import type { TaskEnd } from './task-end.ts'

/** One finished row as `--json` tells it. Its fields are stable: new ones may be added, `v` changes when old ones do. */
export function finishedEvent(run: string, { row, line, trace, result, root }: TaskEnd): string {
  const { type, arm, state, attempt, waitUs, dispatchUs, runUs, settledAtMs, failure } = trace
  return JSON.stringify({
    v: 1,
    ev: 'task.finished',
    run,
    row,
    line,
    type,
    arm,
    state,
    attempts: attempt,
    waitMs: (waitUs + dispatchUs) / 1_000,
    runMs: runUs / 1_000,
    at: new Date(settledAtMs).toISOString(),
    ...(result === undefined ? {} : resultOf(result)),
    failure,
    root,
  })
}

function resultOf(
  result: PayloadBytes,
): { readonly result: unknown } | { readonly resultBase64: string } {
  return result.binary
    ? { resultBase64: Buffer.from(result.bytes).toString('base64') }
    : { result: fromPayloadBytes(result) }
}
