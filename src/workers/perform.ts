import { isSplit, partsOf } from '../arms/split.ts'
import { systemClock } from '../protocol/clock.ts'
import { encodeReport } from '../protocol/envelope.ts'
import { fromPayloadBytes, toPayloadBytes } from '../protocol/json.ts'
import { failureOf, type Failure, type Outcome } from '../protocol/outcome.ts'
import { decodePartResults, PART_RESULTS_BYTES_MAX } from '../protocol/part-results.ts'
import type { ThreadData } from '../protocol/thread-messages.ts'
import { makeAbortable, RunContext } from './context.ts'
import { splitInto } from './enqueue.ts'
import { handlerOf } from './handler-modules.ts'
import { currentRun, type TaskRun } from './task-run.ts'

/**
 * One attempt: bytes in, one handler, a report out. Never throws. Returns a promise only when the handler does, because
 * a promise a task is what a batch of tiny tasks would mostly consist of.
 */
export function perform(
  run: TaskRun,
  data: ThreadData,
  services: readonly string[],
): void | Promise<void> {
  makeAbortable(run)
  const outcome = attempt(run, data, services)
  return outcome instanceof Promise ? outcome.then((ended) => end(run, ended)) : end(run, outcome)
}

function end(run: TaskRun, outcome: Outcome): void {
  run.ended = true
  run.lastWord?.()
  const { index, startedAtMs, reports } = run
  const runMs = systemClock.monotonicMs() - startedAtMs
  const started = { index, startedAtMs, runMs }
  if (outcome.kind === 'succeeded' && reports.addSuccess(started, outcome.result)) return
  reports.add(encodeReport({ ...started, outcome, logs: [], late: false, leftovers: [] }))
}

function attempt(
  run: TaskRun,
  data: ThreadData,
  services: readonly string[],
): Outcome | Promise<Outcome> {
  const { task } = run.assignment
  const handler = handlerOf(task.type)
  if (handler === undefined)
    return failed({
      reason: 'threw',
      message: `no handler for ${task.type}`,
      code: 'E_HANDLER_LOAD',
      final: true,
    })
  if (handler.kind === 'broken') return failed(handler.failure)
  if (lacksParts(run)) return failed(PARTS_UNAVAILABLE)
  try {
    const context = new RunContext(run, data, reachable(handler.services, services))
    const payload = fromPayloadBytes(task.payload)
    const returned = currentRun.run(run, handler.run, payload, context)
    return isThenable(returned) || run.isAwaiting || isSplit(returned)
      ? settled(run, returned, data)
      : succeeded(returned, data)
  } catch (error) {
    return failed(failureOf(error))
  }
}

function lacksParts({ assignment: { parts } }: TaskRun): boolean {
  return parts !== undefined && decodePartResults(parts) === undefined
}

const PARTS_UNAVAILABLE: Failure = {
  reason: 'threw',
  message: `the results of its parts are over ${PART_RESULTS_BYTES_MAX / 1024 / 1024} MiB together, or not all of them are kept any more`,
  code: 'E_TOO_LARGE',
  final: true,
}

// A service the definition does not declare, or the host does not have, is absent.
function reachable(declared: readonly string[], present: readonly string[]): readonly string[] {
  return declared.length === 0 ? declared : declared.filter((name) => present.includes(name))
}

/** The handler's end and that of the calls it left to themselves, or a failure that surfaced beside them first. */
async function settled(run: TaskRun, returned: unknown, data: ThreadData): Promise<Outcome> {
  const elsewhere = run.failure().then(failed)
  const own = Promise.resolve(returned).then(
    (value) =>
      run.isAwaiting || isSplit(value) ? lastSteps(run, value, data) : succeeded(value, data),
    (error: unknown) => failed(failureOf(error)),
  )
  return Promise.race([own, elsewhere])
}

/** What must be answered by main before the attempt may be said to have ended well. */
async function lastSteps(run: TaskRun, value: unknown, data: ThreadData): Promise<Outcome> {
  await run.answered()
  if (!isSplit(value)) return succeeded(value, data)
  try {
    await splitInto(run, partsOf(value))
    return succeeded(null, data)
  } catch (error) {
    return failed(failureOf(error))
  }
}

function succeeded(value: unknown, data: ThreadData): Outcome {
  try {
    return { kind: 'succeeded', result: toPayloadBytes(value, data.resultBytesMax, 'result') }
  } catch (error) {
    return failed(failureOf(error, 'unserializable'))
  }
}

function failed(failure: Failure): Outcome {
  return { kind: 'failed', failure }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
