import { threadId } from 'node:worker_threads'
import { encodeReport } from '../protocol/envelope.ts'
import { failureOf, type Failure } from '../protocol/outcome.ts'
import { post } from './batch-reports.ts'
import { currentRun, type TaskRun } from './task-run.ts'

/**
 * Throws and rejections that no handler's promise carries. Each is charged to the task in whose context it arose:
 * while that runs, it fails at once; before its report was read, the report is amended; after that its outcome stands
 * and the failure is told beside it. In every case this thread runs nothing more.
 */
let retire: string | undefined
let liveBatch: number | undefined

export function watchLateFailures(): void {
  process.on('uncaughtException', (error) => charge(error))
  process.on('unhandledRejection', (reason) => charge(reason))
  watchExit()
}

/** A task may end its own thread; one that is over would end the thread of whoever runs now. */
function watchExit(): void {
  const exit = process.exit.bind(process)
  process.exit = (code) => {
    if (currentRun.getStore()?.ended !== true) return exit(code)
    throw new Error(`process.exit(${code ?? ''}) was called after the task had ended`)
  }
}

/** Why this thread must not run another task, if it must not. */
export function retirement(): string | undefined {
  return retire
}

/** Only the regions of the batch under way may be written to: main reuses the others. */
export function setLiveBatch(batch: number | undefined): void {
  liveBatch = batch
}

function charge(thrown: unknown): void {
  const run = currentRun.getStore()
  const failure = failureOf(thrown)
  retire ??= `a failure surfaced outside its task: ${failure.message}`
  if (run === undefined) tell(0, 0, failure)
  else if (!run.ended) run.failNow(failure)
  else if (run.reports.batch === liveBatch) amend(run, failure)
  else tell(run.assignment.seq, run.assignment.attempt, failure)
}

function amend(run: TaskRun, failure: Failure): void {
  const { index, startedAtMs } = run
  const outcome = { kind: 'failed', failure } as const
  run.reports.add(
    encodeReport({ index, startedAtMs, runMs: 0, outcome, logs: [], late: true, leftovers: [] }),
  )
}

function tell(seq: number, attempt: number, failure: Failure): void {
  post({ kind: 'late', threadId, seq, attempt, failure })
}
