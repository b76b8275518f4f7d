import { AsyncLocalStorage } from 'node:async_hooks'
import type { Assignment } from '../protocol/assignment.ts'
import { encodeReport } from '../protocol/envelope.ts'
import type { LogLine } from '../protocol/host.ts'
import type { Failure } from '../protocol/outcome.ts'
import type { AbortReason } from '../protocol/region.ts'
import type { BatchReports } from './batch-reports.ts'

/** One attempt while its thread knows of it. */
export class TaskRun {
  readonly index: number
  readonly assignment: Assignment
  readonly reports: BatchReports
  startedAtMs = 0
  ended = false
  /** What is still to be told when the handler is over. */
  lastWord: (() => void) | undefined
  #controller: AbortController | undefined
  #fail: ((failure: Failure) => void) | undefined
  #calls: Set<Promise<unknown>> | undefined

  constructor(index: number, assignment: Assignment, reports: BatchReports) {
    this.index = index
    this.assignment = assignment
    this.reports = reports
  }

  /** Made on first use. Its `aborted` also looks at the shared memory, for loops that never let a message in. */
  signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal
    const controller = new AbortController()
    this.#controller = controller
    const reason = (): AbortReason | undefined => this.reports.region.abortReason(this.index)
    pollRegion(controller, reason)
    const already = reason()
    if (already !== undefined) controller.abort(abortError(already))
    return controller.signal
  }

  abort(reason: AbortReason): void {
    this.#controller?.abort(abortError(reason))
  }

  /** A failure that surfaced outside the handler's own promise while it still ran. */
  failNow(failure: Failure): void {
    this.#fail?.(failure)
  }

  /** Resolves with the first failure told to `failNow`. */
  failure(): Promise<Failure> {
    return new Promise((resolve) => {
      this.#fail = resolve
    })
  }

  /** Its success is not reported before this call was answered, whoever else awaits it. */
  awaitBeforeEnd(call: Promise<unknown>): void {
    const calls = (this.#calls ??= new Set())
    calls.add(call)
    const answered = (): void => void calls.delete(call)
    call.then(answered, answered)
  }

  get isAwaiting(): boolean {
    return this.#calls !== undefined && this.#calls.size > 0
  }

  /** Resolves when all of its calls are answered, and a refusal that nobody caught has failed the task. */
  async answered(): Promise<void> {
    const calls = this.#calls ?? new Set()
    while (calls.size > 0) {
      await Promise.allSettled(calls)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  log(line: LogLine): void {
    const { index, startedAtMs } = this
    this.reports.add(
      encodeReport({
        index,
        startedAtMs,
        runMs: 0,
        outcome: undefined,
        logs: [line],
        late: false,
        leftovers: [],
      }),
    )
  }
}

/** Whatever a task starts runs inside its context, so that a late throw names the task that caused it. */
export const currentRun = new AsyncLocalStorage<TaskRun>()

function abortError(reason: AbortReason): DOMException {
  if (reason === 'timeout')
    return new DOMException('the task ran longer than its timeout', 'TimeoutError')
  return new DOMException(
    reason === 'closing' ? 'the engine is closing' : 'the task was cancelled',
    'AbortError',
  )
}

function pollRegion(controller: AbortController, reason: () => AbortReason | undefined): void {
  const { signal } = controller
  const look = (): boolean => {
    if (Reflect.get(AbortSignal.prototype, 'aborted', signal)) return true
    const why = reason()
    if (why !== undefined) controller.abort(abortError(why))
    return why !== undefined
  }
  Object.defineProperty(signal, 'aborted', { get: look })
  Object.defineProperty(signal, 'throwIfAborted', {
    value: () => {
      if (look()) throw signal.reason
    },
  })
}
