import type { Progress } from '../protocol/host.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { Failure, Outcome } from '../protocol/outcome.ts'
import { fromPayloadBytes } from '../protocol/json.ts'
import type { FinalState, TaskId } from '../protocol/task.ts'
import { idOfAccepted, type Accepted } from './accepted.ts'
import { SeqMap } from './seq-map.ts'

/** How a task ended for good, as its waiters see it. */
export interface Completion {
  readonly seq: number
  readonly state: FinalState
  readonly outcome: Outcome
  /** How long its last attempt ran; absent when it had none. */
  readonly runMs?: number
}

interface ResultWaiter {
  readonly accepted: Accepted
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Wants to know how a task ended, whichever way that was. */
export interface EndWaiter {
  readonly ended: (completion: Completion) => void
  readonly reject: (error: unknown) => void
}

type Waiter = ResultWaiter | EndWaiter

/** Who waits for which task. A task nobody waits for costs nothing here. */
export class Completions {
  readonly #waiters = new SeqMap<Waiter | Waiter[]>()
  readonly #progress = new Map<number, Set<(progress: Progress) => void>>()
  #settled = 0
  /** For each slot of seqs, the count at which a task of it last ended: half a MiB instead of an entry a task. */
  readonly #touched = new Float64Array(SLOTS)

  /** Tasks that ended for good so far; a task accepted since a count was read cannot have ended before it. */
  get settledCount(): number {
    return this.#settled
  }

  /** The task's result or failure, once it has ended for good and that is as durable as the store makes it. */
  wait(accepted: Accepted): Promise<unknown> {
    return new Promise((resolve, reject) => this.#add(accepted.seq, { accepted, resolve, reject }))
  }

  /** As `wait`, without a promise and without an error where a task failed. */
  onEnd(seq: number, waiter: EndWaiter): void {
    this.#add(seq, waiter)
  }

  /** Who asked with `onEnd` no longer wants to know. */
  offEnd(seq: number, waiter: EndWaiter): void {
    const waiters = this.#waiters.get(seq)
    if (waiters === waiter) this.#waiters.delete(seq)
    if (!Array.isArray(waiters)) return
    const rest = waiters.filter((one) => one !== waiter)
    if (rest.length === 0) this.#waiters.delete(seq)
    else this.#waiters.set(seq, rest)
  }

  /**
   * May the task have ended since that count was read? Never wrong when it says no; a yes may be about another task of
   * the same slot, and costs a look into the store.
   */
  mayHaveSettled(seq: number, sinceCount: number): boolean {
    return (this.#touched[seq % SLOTS] ?? 0) > sinceCount
  }

  settled(completion: Completion): void {
    this.#settled += 1
    this.#touched[completion.seq % SLOTS] = this.#settled
    if (this.#progress.size > 0) this.#progress.delete(completion.seq)
    this.tell(completion)
  }

  /** Tells whoever waits, without counting: the task ended earlier. */
  tell(completion: Completion): void {
    const waiters = this.#waiters.take(completion.seq)
    if (waiters === undefined) return
    if (Array.isArray(waiters)) for (const waiter of waiters) complete(waiter, completion)
    else complete(waiters, completion)
  }

  /** No wait can be fulfilled any more. */
  rejectAll(error: unknown): void {
    // Each takes itself out of the map: its keys are read before.
    const seqs = Array.from(this.#waiters.keys())
    for (const seq of seqs) this.reject(seq, error)
  }

  reject(seq: number, error: unknown): void {
    const waiters = this.#waiters.take(seq)
    for (const waiter of waiters === undefined ? [] : [waiters].flat()) waiter.reject(error)
  }

  onProgress(seq: number, listener: (progress: Progress) => void): () => void {
    const listeners = this.#progress.get(seq) ?? new Set()
    this.#progress.set(seq, listeners.add(listener))
    return () => {
      listeners.delete(listener)
    }
  }

  progress(seq: number, progress: Progress): void {
    for (const listener of this.#progress.get(seq) ?? []) listener(progress)
  }

  #add(seq: number, waiter: Waiter): void {
    const present = this.#waiters.get(seq)
    if (present === undefined) this.#waiters.set(seq, waiter)
    else if (Array.isArray(present)) present.push(waiter)
    else this.#waiters.set(seq, [present, waiter])
  }
}

const SLOTS = 65_536

function complete(waiter: Waiter, completion: Completion): void {
  if ('ended' in waiter) return waiter.ended(completion)
  const { accepted, resolve, reject } = waiter
  const { state, outcome } = completion
  if (outcome.kind === 'succeeded') resolve(fromPayloadBytes(outcome.result))
  else
    reject(
      new TaskFailedError(
        idOfAccepted(accepted),
        state === 'cancelled' ? 'cancelled' : 'failed',
        outcome.failure,
      ),
    )
}

/** A task ended without a result. `failure` is how its last attempt ended; `cause` is that as an error. */
export class TaskFailedError extends OctopusError {
  readonly state: 'failed' | 'cancelled'
  readonly failure: Failure

  constructor(id: TaskId, state: 'failed' | 'cancelled', failure: Failure) {
    super('E_TASK_FAILED', `task ${id} ${state}: ${failure.reason}: ${failure.message}`, {
      task: id,
      cause: causeOf(failure),
      hint: hintFor(state, failure),
    })
    this.name = 'TaskFailedError'
    this.state = state
    this.failure = failure
  }
}

/** A failure as the error it was. */
function hintFor(state: 'failed' | 'cancelled', { reason, root = '' }: Failure): string {
  if (reason === 'parent-failed')
    return `It waited for tasks that came to nothing with ${root}: retry that one, then this.`
  if (state === 'cancelled') return 'It was cancelled on request.'
  return 'Its record keeps every attempt, its log and its stack: octopus.get(id).'
}

export function causeOf(failure: Failure): Error {
  const error = new Error(
    failure.message,
    failure.cause === undefined ? undefined : { cause: causeOf(failure.cause) },
  )
  error.name = failure.name ?? 'Error'
  if (failure.stack !== undefined) error.stack = failure.stack
  if (failure.code !== undefined) Object.assign(error, { code: failure.code })
  return error
}
