import type { Progress } from '../protocol/host.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { TaskId } from '../protocol/task.ts'
import { idOfAccepted, type Accepted } from './accepted.ts'
import type { CancelResult } from './store/store.ts'

/** What a handle needs of its engine. */
export interface HandleEngine {
  result(accepted: Accepted, sinceSettled: number): Promise<unknown>
  cancelTask(id: TaskId): Promise<CancelResult>
  onProgress(seq: number, listener: (progress: Progress) => void): () => void
  readonly settledCount: number
}

/** One enqueued task. Holding it keeps nothing alive; dropping it loses nothing. */
export class TaskHandle<Result = unknown> {
  readonly #engine: HandleEngine
  readonly #accepted: Accepted
  readonly #sinceSettled: number

  constructor(engine: HandleEngine, accepted: Accepted) {
    this.#engine = engine
    this.#accepted = accepted
    // A new task is settled by a later settle or not at all; an existing one may be over already.
    this.#sinceSettled = accepted.created ? engine.settledCount : -1
  }

  get id(): TaskId {
    return idOfAccepted(this.#accepted)
  }

  /** False: a task with this id and payload was there already, and this is it. */
  get created(): boolean {
    return this.#accepted.created
  }

  /**
   * The task's result, once it is as durable as the store makes it.
   * @throws TaskFailedError when it failed for good or was cancelled, with the failure and its cause
   */
  result(): Promise<Result> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the definition promised it, the thread ran it
    return this.#engine.result(this.#accepted, this.#sinceSettled) as Promise<Result>
  }

  /**
   * Resolves once the request is on disk. `removed`: it will not run. `running`: it was asked to stop; a handler that
   * succeeds first wins, and `result()` says so. `gone`: it was over already.
   */
  cancel(): Promise<CancelResult> {
    return this.#engine.cancelTask(this.id)
  }

  /** Returns the way to stop listening. */
  on(event: 'progress', listener: (progress: Progress) => void): () => void {
    if (event !== 'progress')
      throw new OctopusError('E_USAGE', `a task has no event '${String(event)}'`, {
        hint: "There is 'progress'.",
      })
    return this.#engine.onProgress(this.#accepted.seq, listener)
  }
}

/** Many tasks enqueued together, eight bytes each: handles are made when asked for. */
export class TaskBatch<Result = unknown> implements Iterable<TaskHandle<Result>> {
  readonly #engine: HandleEngine
  readonly #accepted: AcceptedList

  constructor(engine: HandleEngine, accepted: AcceptedList) {
    this.#engine = engine
    this.#accepted = accepted
  }

  get length(): number {
    return this.#accepted.length
  }

  id(index: number): TaskId {
    return idOfAccepted(this.#accepted.at(index))
  }

  at(index: number): TaskHandle<Result> {
    return new TaskHandle<Result>(this.#engine, this.#accepted.at(index))
  }

  *[Symbol.iterator](): Generator<TaskHandle<Result>> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }

  /** Results in the order of the payloads; throws at the first that has none. */
  async *results(): AsyncGenerator<Result> {
    for (const handle of this) yield await handle.result()
  }
}

/** Seqs in chunks, ids only where a caller gave them. */
export class AcceptedList {
  #seqs = new Float64Array(1_024)
  readonly #ids = new Map<number, TaskId>()
  length = 0

  push({ seq, named }: Accepted): void {
    if (this.length === this.#seqs.length) {
      const larger = new Float64Array(this.#seqs.length * 2)
      larger.set(this.#seqs)
      this.#seqs = larger
    }
    this.#seqs[this.length] = seq
    if (named !== undefined) this.#ids.set(this.length, named)
    this.length += 1
  }

  /** Whether it was created is not kept: a handle made later looks the task up. */
  at(index: number): Accepted {
    const seq = index < this.length ? this.#seqs[index] : undefined
    if (seq === undefined) throw new RangeError(`no task at ${index}, there are ${this.length}`)
    return { seq, named: this.#ids.get(index), created: false }
  }
}
