import { decodeStoredTask } from '../protocol/envelope.ts'
import { OctopusError } from '../protocol/errors.ts'
import { PARTS_MAX } from '../arms/split.ts'
import type { AttemptToken, PartSpec } from '../protocol/host.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import type { TaskId } from '../protocol/task.ts'
import { unknownParent } from './dependencies.ts'
import { idTaken } from './intake.ts'
import { checkedSpec, prepareTask, type Preparing } from './prepare.ts'
import type { Claim, NewTask, TaskStore } from './store/store.ts'

/** How many tasks one attempt may enqueue: they are one transaction. */
const ENQUEUED_TASKS_MAX = 10_000
/** How many bytes all of them may have; they wait in memory for the attempt's end. */
const ENQUEUED_BYTES_MAX = 64 * 1024 * 1024

export interface OutboxOptions extends Preparing {
  readonly store: Pick<TaskStore, 'get'>
  /** The claim of an attempt that runs; undefined when it is over. */
  readonly running: (token: AttemptToken) => Claim | undefined
}

/** What an attempt leaves to the store with its end. */
export interface Outgoing {
  readonly tasks: readonly NewTask[]
  /** Undefined unless it split. */
  readonly parts: readonly NewTask[] | undefined
}

interface Held extends Outgoing {
  readonly attempt: number
  readonly tasks: NewTask[]
  readonly byId: Map<string, NewTask>
  parts: readonly NewTask[] | undefined
  bytes: number
}

/**
 * What running attempts enqueued: checked at once, and held until the attempt ends. It goes to the store in the
 * transaction of the attempt's success, or nowhere. The bound of waiting tasks is not asked: an attempt that waited for
 * room would hold the slot that could make it.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #held = new Map<number, Held>()

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** @throws OctopusError as `prepareTask`, E_CONFLICT for an id that is known to be taken, E_TOO_LARGE beyond the bounds */
  async add(token: AttemptToken, spec: TaskSpec): Promise<void> {
    const { type, payload, ...options } = checkedSpec(spec)
    const task = await prepareTask(this.#options, type, payload, options)
    if (task.id !== undefined && (await this.#isTaken(task))) throw idTaken(task.id)
    for (const parent of task.dependsOn?.parents ?? []) await this.#needKnown(token, parent, type)
    this.#hold(token, task)
  }

  /** @throws OctopusError as `prepareTask`, and E_USAGE, E_TOO_LARGE for what cannot be a part or too much of it */
  async split(token: AttemptToken, specs: readonly PartSpec[]): Promise<void> {
    const whole = this.#running(token)
    if (specs.length === 0) throw noParts()
    if (specs.length > PARTS_MAX) throw tooManyParts(specs.length)
    const parts: NewTask[] = []
    for (const spec of specs) parts.push(await this.#part(whole, spec))
    const held = this.#heldFor(token)
    this.#grow(held, parts)
    held.parts = parts
  }

  /** What the attempt enqueued; from now on nothing is held for it. */
  take({ seq, attempt }: Pick<Claim, 'seq' | 'attempt'>): Outgoing | undefined {
    if (this.#held.size === 0) return undefined
    const held = this.#held.get(seq)
    this.#held.delete(seq)
    return held?.attempt === attempt ? held : undefined
  }

  #hold(token: AttemptToken, task: NewTask): void {
    const held = this.#heldFor(token)
    if (task.id !== undefined && isRepeated(held, task.id, task)) return
    if (held.tasks.length >= ENQUEUED_TASKS_MAX) throw tooMuch()
    this.#grow(held, [task])
    held.tasks.push(task)
  }

  #heldFor(token: AttemptToken): Held {
    this.#running(token)
    const { seq, attempt } = token
    const known = this.#held.get(seq)
    if (known?.attempt === attempt) return known
    const held: Held = { attempt, tasks: [], byId: new Map(), parts: undefined, bytes: 0 }
    this.#held.set(seq, held)
    return held
  }

  #grow(held: Held, tasks: readonly NewTask[]): void {
    const bytes = tasks.reduce((sum, { envelope }) => sum + envelope.byteLength, held.bytes)
    if (bytes > ENQUEUED_BYTES_MAX) throw tooMuch()
    held.bytes = bytes
  }

  #part(whole: Claim, spec: PartSpec): NewTask | Promise<NewTask> {
    for (const key of NOT_A_PARTS) if (key in spec) throw notAParts(key)
    const { type, payload, ...options } = checkedSpec({ type: whole.type, ...spec })
    const { priority, arm } = whole
    const own = this.#options.registry.serves(type, arm) ? { priority, arm } : { priority }
    return prepareTask(this.#options, type, payload, { ...own, ...options })
  }

  // The handler may be over by the time that its type's own schema has answered.
  #running(token: AttemptToken): Claim {
    const claim = this.#options.running(token)
    if (claim === undefined) throw new Error('the attempt that asks is over')
    return claim
  }

  /** A task to wait for is in the store, or was enqueued before by the same attempt. */
  async #needKnown(token: AttemptToken, parent: TaskId, type: string): Promise<void> {
    if (this.#held.get(token.seq)?.byId.has(parent) === true) return
    if ((await this.#options.store.get(parent)) === undefined) throw unknownParent(parent, type)
  }

  // What commits in between is seen by the store, which refuses the whole settle then.
  async #isTaken({ id, payloadHash }: NewTask): Promise<boolean> {
    const record = id === undefined ? undefined : await this.#options.store.get(id)
    if (record?.envelope === undefined) return false
    return !isSame(decodeStoredTask(record.envelope).payloadHash, payloadHash)
  }
}

function isRepeated({ byId }: Held, id: string, task: NewTask): boolean {
  const first = byId.get(id)
  if (first !== undefined && !isSame(first.payloadHash, task.payloadHash)) throw idTaken(id)
  byId.set(id, first ?? task)
  return first !== undefined
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0
}

/** A part belongs to its whole and to nobody else: an id could be another task's, which the whole must not cancel. */
const NOT_A_PARTS = ['id', 'after', 'onParentFailure']

function notAParts(key: string): OctopusError {
  return new OctopusError('E_USAGE', `a part has no field '${key}'`, {
    hint: 'Parts belong to their whole; what others refer to is enqueued.',
  })
}

function noParts(): OctopusError {
  return new OctopusError('E_USAGE', 'a task was split into no parts', {
    hint: 'Return the result instead: there is nothing to wait for.',
  })
}

function tooManyParts(count: number): OctopusError {
  return new OctopusError(
    'E_TOO_LARGE',
    `a task was split into ${count} parts, at most ${PARTS_MAX}`,
    {
      hint: 'Make larger parts, or split the parts again.',
    },
  )
}

function tooMuch(): OctopusError {
  const mebibytes = ENQUEUED_BYTES_MAX / 1024 / 1024
  return new OctopusError(
    'E_TOO_LARGE',
    `one attempt may enqueue ${ENQUEUED_TASKS_MAX} tasks of ${mebibytes} MiB together`,
    {
      hint: 'Enqueue tasks that enqueue the rest, or write the items to a file and pass its path.',
    },
  )
}
