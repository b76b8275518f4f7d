import type { AnswerBody, TaskRef } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'
import { taskId } from '../../protocol/task.ts'
import type { Accepted } from '../accepted.ts'
import type { Completion, EndWaiter } from '../completions.ts'
import type { Engine } from '../engine.ts'
import { whenEnded } from '../results.ts'
import { faultOf } from './fault.ts'
import type { Outbox } from './outbox.ts'

/** Ends that one client waits for. Beyond it, waits are refused: a client may wait in turns. */
const WAITS_MAX = 200_000

/**
 * Tells a client how tasks ended. Results of a client that does not read are not kept in memory: they are looked up again,
 * one by one, when there is room for them.
 */
export class Ends {
  readonly #engine: Engine
  readonly #outbox: Outbox
  readonly #waits = new Map<number, { readonly seq: number; readonly waiter: EndWaiter }>()
  readonly #late: [call: number, accepted: Accepted][] = []
  #delivering = false
  #over = false

  constructor(engine: Engine, outbox: Outbox) {
    this.#engine = engine
    this.#outbox = outbox
  }

  wait(call: number, task: TaskRef): void {
    if (this.#waits.size + this.#late.length >= WAITS_MAX) return this.#refuse(call, tooMany())
    acceptedOf(this.#engine, task).then(
      (accepted) => this.#wait(call, accepted, task.sinceSettled),
      (error: unknown) => this.#refuse(call, error),
    )
  }

  /** The client is gone: nothing of it stays behind with tasks that have not ended. */
  forget(): void {
    this.#over = true
    this.#late.length = 0
    for (const { seq, waiter } of this.#waits.values()) this.#engine.completions.offEnd(seq, waiter)
    this.#waits.clear()
  }

  #wait(call: number, accepted: Accepted, sinceSettled: number): void {
    if (this.#over) return
    const waiter: EndWaiter = {
      ended: (completion) => {
        this.#waits.delete(call)
        if (this.#outbox.hasRoom) this.#outbox.send({ call, ...endOf(completion) })
        else this.#later(call, accepted)
      },
      reject: (error) => {
        this.#waits.delete(call)
        this.#refuse(call, error)
      },
    }
    this.#waits.set(call, { seq: accepted.seq, waiter })
    whenEnded(this.#engine, accepted, sinceSettled, waiter)
  }

  #refuse(call: number, error: unknown): void {
    this.#outbox.send({ call, ...failed(error) })
  }

  #later(call: number, accepted: Accepted): void {
    this.#late.push([call, accepted])
    if (!this.#delivering) void this.#deliver()
  }

  async #deliver(): Promise<void> {
    this.#delivering = true
    for (let late = this.#late.shift(); late !== undefined; late = this.#late.shift()) {
      const [call, accepted] = late
      await this.#outbox.room()
      const answer = await this.#lookUp(accepted).then(endOf, failed)
      this.#outbox.send({ call, ...answer })
    }
    this.#delivering = false
  }

  #lookUp(accepted: Accepted): Promise<Completion> {
    return new Promise((ended, reject) => whenEnded(this.#engine, accepted, -1, { ended, reject }))
  }
}

/** The task of a reference. A seq is taken as it is: it came from an acknowledgement. */
export async function acceptedOf({ store }: Engine, { seq, id }: TaskRef): Promise<Accepted> {
  const named = id === undefined ? undefined : taskId(id)
  if (seq > 0 || named === undefined) return { seq, named, created: false }
  const record = await store.get(named)
  if (record !== undefined) return { seq: record.seq, named, created: false }
  throw new OctopusError('E_UNKNOWN_TASK', `there is no task ${named}`, {
    task: named,
    hint: 'It was never accepted here, or retention dropped its record.',
  })
}

function endOf({ state, outcome }: Completion): AnswerBody {
  if (outcome.kind === 'succeeded') return { kind: 'succeeded', result: outcome.result }
  const kept = state === 'cancelled' ? 'cancelled' : 'failed'
  return { kind: 'failed', state: kept, failure: outcome.failure }
}

function failed(error: unknown): AnswerBody {
  return { kind: 'fault', fault: faultOf(error) }
}

function tooMany(): OctopusError {
  return new OctopusError('E_QUEUE_FULL', `more than ${WAITS_MAX} results are waited for at once`, {
    hint: 'Await some of them before asking for more.',
  })
}
