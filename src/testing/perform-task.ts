import { cwd } from 'node:process'
import type { AnyTask, TaskDefinition } from '../arms/define-task.ts'
import { isSplit, partsOf, type Part } from '../arms/split.ts'
import { describeIssues } from '../arms/standard-schema.ts'
import { OctopusError } from '../protocol/errors.ts'
import { fromPayloadBytes, toPayloadBytes } from '../protocol/json.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import { failureOf, isRetryable, type Failure } from '../protocol/outcome.ts'
import { RecordedContext, type ContextParts, type Recorded } from './recorded-context.ts'

const BYTES_MAX = 64 * 1024 * 1024

export type PerformOptions = ContextParts

/** One attempt: how it ended, and all that the handler said on the way. */
export type Performed<Result> = Recorded &
  (
    | { readonly state: 'succeeded'; readonly result: Result }
    /** It ended in `split`; run it again with their results as `parts`. */
    | { readonly state: 'split'; readonly parts: readonly Part[] }
    | {
        readonly state: 'failed'
        readonly failure: Failure
        /** May another attempt help, as long as there are any left? */
        readonly retryable: boolean
      }
  )

/**
 * Runs a task's handler once, in this thread: the payload through its schema, a whole context, payload and result as an
 * engine would pass them on. A failure is a value. No store, no retries, no time limit.
 * @throws OctopusError E_PAYLOAD, E_NOT_JSON for a payload that `enqueue` would refuse
 */
export async function performTask<Input, Payload, Result>(
  task: TaskDefinition<Input, Payload, Result>,
  payload: Input,
  options: PerformOptions = {},
): Promise<Performed<Result>> {
  const run = await handlerOf(task)
  const recorded = new RecordedContext(task.type, task.host ?? [], cwd(), options)
  const given = crossed(await validated(task, payload), 'payload')
  const { logs, progress, checkpoints, enqueued, context } = recorded
  try {
    const returned = await run(given, context)
    const said = { logs, progress, checkpoints, enqueued }
    if (isSplit(returned)) return { state: 'split', parts: partsOf(returned), ...said }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the handler's own result, as JSON leaves it
    const result = resultOf(returned) as Result
    return { state: 'succeeded', result, ...said }
  } catch (error) {
    const failure = error instanceof Unserializable ? error.failure : failureOf(error)
    const retryable = isRetryable(failure)
    // Both or neither: what a failed attempt enqueued never existed.
    return { state: 'failed', failure, retryable, logs, progress, checkpoints, enqueued: [] }
  }
}

type Handler = (...args: readonly unknown[]) => unknown

async function handlerOf({ run, handler, type }: AnyTask): Promise<Handler> {
  const found: unknown =
    run ?? (handler && (await moduleExports(handler.module.href))[handler.exportName])
  if (typeof found === 'function')
    return (...args): unknown => Reflect.apply(found, undefined, args)
  throw new OctopusError('E_CONFIG', `task type '${type}' has no handler`, {
    hint: 'Give its definition a run function.',
  })
}

async function validated(task: AnyTask, payload: unknown): Promise<unknown> {
  const checked = await task.payload?.['~standard'].validate(payload)
  if (checked === undefined) return payload
  if (checked.issues === undefined) return checked.value
  throw new OctopusError('E_PAYLOAD', `${task.type}: ${describeIssues(checked.issues)}`, {
    hint: "An engine refuses it too. Correct the payload, or the task's schema.",
  })
}

function resultOf(value: unknown): unknown {
  try {
    return crossed(value, 'result')
  } catch (error) {
    throw new Unserializable(failureOf(error, 'unserializable'))
  }
}

/** What is left of a value that went through a store. */
function crossed(value: unknown, what: string): unknown {
  return fromPayloadBytes(toPayloadBytes(value ?? null, BYTES_MAX, what))
}

class Unserializable extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}
