import { createHash } from 'node:crypto'
import type { AnyTask, BackoffOptions } from '../arms/define-task.ts'
import { describeIssues, type SchemaResult } from '../arms/standard-schema.ts'
import type { Clock } from '../protocol/clock.ts'
import { parseDuration, type Duration } from '../protocol/duration.ts'
import { encodeStoredTask } from '../protocol/envelope.ts'
import { OctopusError } from '../protocol/errors.ts'
import { toPayloadBytes } from '../protocol/json.ts'
import { callerId, mintId, TASK_ID_LENGTH_MAX, type ArmId, type TaskId } from '../protocol/task.ts'
import { attemptsRule, priorityRule, resolveBackoff, type RegisteredTask, type TaskRegistry } from './registry.ts'
import type { EnqueueResult, NewTask, TaskStore } from './store/store.ts'

/** What a caller may say of one task beside its type and payload. */
export interface EnqueueOptions {
  /** The same id is never a second task while its record is kept; with another payload it is a conflict. */
  readonly id?: string
  readonly priority?: number
  /** Ready this long after acceptance. */
  readonly delay?: Duration
  /** Ready at this wall-clock time. */
  readonly runAt?: Date | number
  readonly ttl?: Duration
  readonly timeout?: Duration
  readonly attempts?: number
  readonly backoff?: BackoffOptions
  /** W3C Trace Context, kept with the task. */
  readonly traceparent?: string
}

/** A task by type, as task files and other languages give it. */
export interface TaskSpec extends EnqueueOptions {
  readonly type: string
  readonly payload?: unknown
}

export interface IntakeOptions {
  readonly store: TaskStore
  readonly registry: TaskRegistry
  readonly clock: Clock
  readonly payloadBytesMax: number
  readonly queueDepthMax: number
  readonly whenFull: 'wait' | 'refuse'
  readonly route: (task: RegisteredTask) => ArmId
}

export interface Accepted {
  readonly seq: number
  readonly id: TaskId
  /** False: a task with this id and payload was there already. */
  readonly created: boolean
}

interface Waiting {
  readonly task: NewTask
  readonly resolve: (accepted: Accepted) => void
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

  /** Resolves once the task is as durable as the store makes it. */
  enqueue(definition: AnyTask | string, payload: unknown, options: EnqueueOptions | undefined): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      const checked = this.prepare(definition, payload, options)
      if (checked instanceof Promise) checked.then((task) => this.#add({ task, resolve, reject }), reject)
      else this.#add({ task: checked, resolve, reject })
    })
  }

  /** Many at once, one write: all of them or none. */
  async enqueueAll(tasks: readonly NewTask[]): Promise<Accepted[]> {
    if (this.#isFull()) await this.#waitForRoom()
    this.#refuseClosed()
    const results = await this.#options.store.enqueue(tasks)
    return results.map((result, at) => accepted(tasks[at]?.id, result))
  }

  /**
   * Checks a task without enqueueing it.
   * @throws OctopusError E_UNKNOWN_TYPE, E_PAYLOAD, E_NOT_JSON, E_TOO_LARGE, E_DURATION, E_CONFIG, E_ARM_DISABLED
   */
  prepare(definition: AnyTask | string, payload: unknown, options: EnqueueOptions | undefined): NewTask | Promise<NewTask> {
    this.#refuseClosed()
    const task = this.#options.registry.need(typeof definition === 'string' ? definition : definition.type)
    const schema = task.definition.payload
    if (schema === undefined) return this.#newTask(task, payload, options)
    const checked = schema['~standard'].validate(payload)
    if (checked instanceof Promise) return checked.then((result) => this.#newTask(task, valid(task.type, result), options))
    return this.#newTask(task, valid(task.type, checked), options)
  }

  /** Tasks left the queue: those who wait for room look again. */
  left(): void {
    if (this.#room.length > 0 && !this.#isFull()) for (const wake of this.#room.splice(0)) wake()
  }

  #newTask(task: RegisteredTask, payload: unknown, options: EnqueueOptions | undefined): NewTask {
    const { type } = task
    const bytes = toPayloadBytes(payload, this.#options.payloadBytesMax, 'payload')
    const arm = this.#options.route(task)
    const createdAtMs = this.#options.clock.wallMs()
    const ttlMs = options?.ttl === undefined ? task.ttlMs : parseDuration(options.ttl)
    const expires = ttlMs === undefined ? undefined : { expiresAtMs: createdAtMs + ttlMs }
    if (options === undefined) {
      return { arm, type, priority: task.priority, envelope: encodeStoredTask({ type, payload: bytes, createdAtMs, ...expires }), ...expires }
    }
    const id = options.id === undefined ? undefined : checkedId(options.id)
    const named = id === undefined ? undefined : { id, payloadHash: hash(type, bytes.bytes) }
    return {
      arm,
      type,
      priority: options.priority === undefined ? task.priority : priorityRule(type, options.priority),
      envelope: encodeStoredTask({ type, payload: bytes, createdAtMs, ...expires, ...named, ...ownRules(type, task, options) }),
      ...expires,
      ...named,
      ...dueOptions(options),
    }
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
      for (const [at, { task, resolve, reject }] of batch.entries()) {
        try {
          resolve(accepted(task.id, results[at]))
        } catch (error) {
          reject(error)
        }
      }
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
      throw new OctopusError('E_QUEUE_FULL', `${queueDepthMax} tasks are waiting, which is queueDepthMax`, {
        hint: "Enqueue again later, raise queueDepthMax, or set whenFull to 'wait'.",
      })
    }
    while (this.#isFull() && this.#closed === undefined) await new Promise<void>((resolve) => this.#room.push(resolve))
  }

  #refuseClosed(): void {
    if (this.#closed !== undefined) throw this.#closed
  }
}

function valid(type: string, result: SchemaResult<unknown>): unknown {
  if (result.issues === undefined) return result.value
  throw new OctopusError('E_PAYLOAD', `${type}: ${describeIssues(result.issues)}`, {
    hint: 'Nothing was enqueued. Correct the payload; unknown keys are refused too.',
  })
}

function checkedId(id: string): TaskId {
  const checked = typeof id === 'string' ? callerId(id) : undefined
  if (checked !== undefined) return checked
  throw new OctopusError('E_USAGE', `'${String(id).slice(0, 80)}' cannot be a task's id`, {
    hint: `An id has 1 to ${TASK_ID_LENGTH_MAX} characters and does not look like the engine's own (o_…).`,
  })
}

function hash(type: string, payload: Uint8Array): Uint8Array {
  return createHash('sha256').update(type).update('\0').update(payload).digest()
}

function ownRules(type: string, task: RegisteredTask, options: EnqueueOptions): Partial<Parameters<typeof encodeStoredTask>[0]> {
  const { timeout, attempts, backoff, traceparent } = options
  return {
    ...(timeout === undefined ? {} : { timeoutMs: parseDuration(timeout) }),
    ...(attempts === undefined ? {} : { attemptsMax: attemptsRule(type, attempts) }),
    ...(backoff === undefined ? {} : { backoff: resolveBackoff(backoff, task.policy.backoff) }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

function dueOptions({ delay, runAt }: EnqueueOptions): Pick<NewTask, 'delayMs' | 'runAtMs'> {
  return {
    ...(delay === undefined ? {} : { delayMs: parseDuration(delay) }),
    ...(runAt === undefined ? {} : { runAtMs: wallTime(runAt) }),
  }
}

function wallTime(at: Date | number): number {
  const ms = typeof at === 'number' ? at : at.getTime()
  if (Number.isFinite(ms)) return ms
  throw new OctopusError('E_DURATION', 'runAt is no valid time', { hint: 'Give a Date, or milliseconds since 1970.' })
}

function accepted(id: string | undefined, result: EnqueueResult | undefined): Accepted {
  if (result === undefined) throw new RangeError('the store answered with fewer results than tasks')
  const taskId = id === undefined ? mintId(result.seq) : (id as TaskId)
  if (result.kind !== 'conflict') return { seq: result.seq, id: taskId, created: result.kind === 'created' }
  throw new OctopusError('E_CONFLICT', `a task with the id '${taskId}' exists with another type or payload`, {
    task: taskId,
    hint: 'Nothing was changed. Use another id, or look at the existing task with get(id).',
  })
}
