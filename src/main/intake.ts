import type { AnyTask } from '../arms/define-task.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { EnqueueOptions } from '../protocol/task-spec.ts'
import { mintId } from '../protocol/task.ts'
import type { Accepted } from './accepted.ts'
import { unknownParent } from './dependencies.ts'
import { prepareTask, type Preparing } from './prepare.ts'
import type { EnqueueResult, NewTask, TaskStore } from './store/store.ts'

export interface IntakeOptions extends Preparing {
  readonly store: TaskStore
  readonly queueDepthMax: number
  readonly whenFull: 'wait' | 'refuse'
}

const IDS_A_LOOK = 1_000

interface Waiting {
  readonly task: NewTask
  readonly accept: (accepted: Accepted) => void
  readonly reject: (error: unknown) => void
}

/**
 * The way in: parse and validate, ask the router, keep, acknowledge. Calls of one turn of the event loop go to the store
 * together. A task is acknowledged only once the store has it.
 */
export class Intake {
  readonly #options: IntakeOptions
  #batch: Waiting[] = []
  #scheduled = false
  readonly #room: (() => void)[] = []
  #closed: OctopusError | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** From now on every call is refused with this error. */
  close(error: OctopusError): void {
    this.#closed = error
    for (const wake of this.#room.splice(0)) wake()
  }

  /** Calls `accept` once the task is as durable as the store makes it, or throws or calls `reject`: one of the three. */
  enqueue(
    type: string,
    payload: unknown,
    options: EnqueueOptions | undefined,
    accept: Waiting['accept'],
    reject: Waiting['reject'],
  ): void {
    const checked = this.prepare(type, payload, options)
    if (checked instanceof Promise)
      checked.then((task) => this.#add({ task, accept, reject }), reject)
    else this.#add({ task: checked, accept, reject })
  }

  /** Many at once, one write. An id that is in conflict rejects the call; the others of the write are accepted. */
  async enqueueAll(tasks: readonly NewTask[]): Promise<Accepted[]> {
    if (this.#isFull()) await this.#waitForRoom()
    this.#refuseClosed()
    const results = await this.#options.store.enqueue(tasks)
    return results.map((result, at) => accepted(tasks[at], result))
  }

  /** Checks a task without enqueueing it; throws as `prepareTask` does, and E_CLOSED. */
  prepare(
    definition: AnyTask | string,
    payload: unknown,
    options: EnqueueOptions | undefined,
  ): NewTask | Promise<NewTask> {
    this.#refuseClosed()
    const type = typeof definition === 'string' ? definition : definition.type
    return prepareTask(this.#options, type, payload, options)
  }

  /** Which of these ids the store has a record of. */
  async known(ids: readonly string[]): Promise<(id: string) => boolean> {
    if (ids.length === 0) return () => false
    const found = new Set<string>()
    for (let at = 0; at < ids.length; at += IDS_A_LOOK) {
      const asked = ids.slice(at, at + IDS_A_LOOK)
      const { tasks } = await this.#options.store.inspect({ ids: asked, limit: IDS_A_LOOK })
      for (const { id, seq } of tasks) found.add(id).add(mintId(seq))
    }
    return (id) => found.has(id)
  }

  /** Tasks left the queue: those who wait for room look again. */
  left(): void {
    if (this.#room.length > 0 && !this.#isFull()) for (const wake of this.#room.splice(0)) wake()
  }

  #add(waiting: Waiting): void {
    this.#batch.push(waiting)
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => void this.#flush())
  }

  async #flush(): Promise<void> {
    if (this.#isFull()) {
      try {
        await this.#waitForRoom()
      } catch (error) {
        this.#scheduled = false
        for (const { reject } of this.#batch.splice(0)) reject(error)
        return
      }
    }
    const batch = this.#batch
    this.#batch = []
    this.#scheduled = false
    try {
      this.#refuseClosed()
      const results = await this.#options.store.enqueue(batch.map(({ task }) => task))
      for (let at = 0; at < batch.length; at++) acknowledge(batch[at], results[at])
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  #isFull(): boolean {
    return this.#options.store.waitingCount >= this.#options.queueDepthMax
  }

  async #waitForRoom(): Promise<void> {
    const { queueDepthMax, whenFull } = this.#options
    if (whenFull === 'refuse') {
      throw new OctopusError(
        'E_QUEUE_FULL',
        `${queueDepthMax} tasks are waiting, which is queueDepthMax`,
        {
          hint: "Enqueue again later, raise queueDepthMax, or set whenFull to 'wait'.",
        },
      )
    }
    while (this.#isFull() && this.#closed === undefined)
      await new Promise<void>((resolve) => this.#room.push(resolve))
  }

  #refuseClosed(): void {
    if (this.#closed !== undefined) throw this.#closed
  }
}

function acknowledge(waiting: Waiting | undefined, result: EnqueueResult | undefined): void {
  if (waiting === undefined || result === undefined) return
  if (result.kind === 'conflict') waiting.reject(idTaken(waiting.task.id ?? ''))
  else if (result.kind === 'unknown-parent')
    waiting.reject(unknownParent(result.parent, waiting.task.id ?? waiting.task.type))
  else
    waiting.accept({ seq: result.seq, named: waiting.task.id, created: result.kind === 'created' })
}

function accepted(task: NewTask | undefined, result: EnqueueResult): Accepted {
  const { id, type = '' } = task ?? {}
  if (result.kind === 'conflict') throw idTaken(id ?? '')
  if (result.kind === 'unknown-parent') throw unknownParent(result.parent, id ?? type)
  return { seq: result.seq, named: id, created: result.kind === 'created' }
}

export function idTaken(id: string): OctopusError {
  return new OctopusError(
    'E_CONFLICT',
    `a task with the id '${id}' exists with another type or payload`,
    {
      task: id,
      hint: 'Nothing was changed. Use another id, or look at the existing task with get(id).',
    },
  )
}
