import { decodeStoredTask } from '../protocol/envelope.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { AttemptToken } from '../protocol/host.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import { idTaken } from './intake.ts'
import { checkedSpec, prepareTask, type Preparing } from './prepare.ts'
import type { Claim, NewTask, TaskStore } from './store/store.ts'

/** How many tasks one attempt may enqueue: they are one transaction. */
const ENQUEUED_TASKS_MAX = 10_000
/** How many bytes all of them may have; they wait in memory for the attempt's end. */
const ENQUEUED_BYTES_MAX = 64 * 1024 * 1024

export interface OutboxOptions extends Preparing {
  readonly store: Pick<TaskStore, 'get'>
  readonly isRunning: (token: AttemptToken) => boolean
}

interface Held {
  readonly attempt: number
  readonly tasks: NewTask[]
  readonly byId: Map<string, NewTask>
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
    if (!this.#options.isRunning(token)) throw new Error('the attempt that asks is over')
    this.#hold(token, task)
  }

  /** What the attempt enqueued; from now on nothing is held for it. */
  take({ seq, attempt }: Pick<Claim, 'seq' | 'attempt'>): readonly NewTask[] | undefined {
    if (this.#held.size === 0) return undefined
    const held = this.#held.get(seq)
    this.#held.delete(seq)
    return held?.attempt === attempt ? held.tasks : undefined
  }

  #hold({ seq, attempt }: AttemptToken, task: NewTask): void {
    let held = this.#held.get(seq)
    if (held?.attempt !== attempt) {
      held = { attempt, tasks: [], byId: new Map(), bytes: 0 }
      this.#held.set(seq, held)
    }
    if (task.id !== undefined && isRepeated(held, task.id, task)) return
    const bytes = held.bytes + task.envelope.byteLength
    if (held.tasks.length >= ENQUEUED_TASKS_MAX || bytes > ENQUEUED_BYTES_MAX) throw tooMuch()
    held.bytes = bytes
    held.tasks.push(task)
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
