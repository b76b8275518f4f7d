import { OctopusError } from '../protocol/errors.ts'
import { isFinal, type TaskId } from '../protocol/task.ts'
import { idOfAccepted, type Accepted } from './accepted.ts'
import type { Completion, EndWaiter } from './completions.ts'
import { closedError, type Engine } from './engine.ts'
import type { TaskRecord } from './store/store.ts'

/**
 * How an accepted task ends: from what ends while somebody waits, or from its record when it was over before.
 * @throws OctopusError E_CLOSED, E_UNKNOWN_TASK when retention dropped how it ended
 */
export function resultOf(
  engine: Engine,
  accepted: Accepted,
  sinceSettled: number,
): Promise<unknown> {
  const { completions, state, failure } = engine
  if (state === 'failed' || state === 'closed') return Promise.reject(failure ?? closedError())
  const ended = completions.wait(accepted)
  lookBack(engine, accepted, sinceSettled)
  return ended
}

/** As `resultOf`, for one who wants to know of any end. */
export function whenEnded(
  engine: Engine,
  accepted: Accepted,
  sinceSettled: number,
  waiter: EndWaiter,
): void {
  const { completions, state, failure } = engine
  if (state === 'failed' || state === 'closed') return waiter.reject(failure ?? closedError())
  completions.onEnd(accepted.seq, waiter)
  lookBack(engine, accepted, sinceSettled)
}

// A task that cannot be over needs no look into the store.
function lookBack(engine: Engine, accepted: Accepted, sinceSettled: number): void {
  const { completions } = engine
  if (!completions.mayHaveSettled(accepted.seq, sinceSettled)) return
  lookUp(engine, accepted).catch((error: unknown) => completions.reject(accepted.seq, error))
}

async function lookUp({ completions, store }: Engine, accepted: Accepted): Promise<void> {
  const id = idOfAccepted(accepted)
  const record = await store.get(id)
  if (record !== undefined && !isFinal(record.state)) return
  const completion = record === undefined ? undefined : completionOf(record)
  if (completion === undefined) completions.reject(accepted.seq, forgotten(id))
  else completions.tell(completion)
}

/** How a recorded task ended; undefined when retention has dropped that. */
function completionOf(record: TaskRecord): Completion | undefined {
  const { seq, state, result, failure } = record
  const runUs = record.attempts.at(-1)?.runUs
  const ran = runUs === undefined ? {} : { runMs: runUs / 1_000 }
  if (state === 'succeeded' && result !== undefined)
    return { seq, state, outcome: { kind: 'succeeded', result }, ...ran }
  if ((state === 'failed' || state === 'cancelled') && failure !== undefined) {
    return { seq, state, outcome: { kind: 'failed', failure }, ...ran }
  }
  return undefined
}

function forgotten(id: TaskId): OctopusError {
  return new OctopusError('E_UNKNOWN_TASK', `there is no record of how task ${id} ended`, {
    task: id,
    hint: 'Retention drops results first and records later; see the option retention.',
  })
}
