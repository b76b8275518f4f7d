import { fromPayloadBytes } from '../protocol/json.ts'
import type { Failure } from '../protocol/outcome.ts'
import type { TaskId } from '../protocol/task.ts'
import type { EnqueueOptions } from '../protocol/task-spec.ts'
import { idOfAccepted, type Accepted } from './accepted.ts'
import type { Completion } from './completions.ts'
import { EndedInputs } from './ended-inputs.ts'
import type { Engine } from './engine.ts'
import { inputFailure, windowOf, type Mapped, type MapOptions } from './map-options.ts'
import { whenEnded } from './results.ts'

export interface MapParts<Input> {
  readonly engine: Engine
  /** Registers the function where that is needed, and says its type. */
  readonly type: () => string | Promise<string>
  readonly inputs: Iterable<Input> | AsyncIterable<Input>
  readonly options: MapOptions<Input>
  readonly cancel: (id: TaskId) => Promise<unknown>
}

interface Taken<Input> {
  readonly index: number
  readonly input: Input
  /** Undefined until the store has it. */
  accepted: Accepted | undefined
}

type Step<Input, Result> = IteratorResult<Mapped<Input, Result>, undefined>

/**
 * One pass over inputs of any number. Nothing is read before somebody asks for the first result, and never more than
 * the window holds: read, stored, running, or ended and not yet asked for.
 *
 * ```
 *  inputs ─▶ taken ─▶ intake ─▶ (store, threads) ─▶ ended ─▶ next()
 *    ▲                                                          │
 *    └──────────────── room in the window ◀─────────────────────┘
 * ```
 */
export class MapRun<Input, Result> implements AsyncIterableIterator<
  Mapped<Input, Result>,
  undefined
> {
  readonly #parts: MapParts<Input>
  readonly #rules: EnqueueOptions | undefined
  readonly #stopOnFailure: boolean
  readonly #signal: AbortSignal | undefined
  readonly #idOf: MapOptions<Input>['id']
  readonly #window: number
  readonly #ended: EndedInputs<Mapped<Input, Result>>
  readonly #taken = new Map<number, Taken<Input>>()
  /** On their way into the store. */
  readonly #unaccepted = new Set<Taken<Input>>()
  #allAccepted: PromiseWithResolvers<void> | undefined
  readonly #asking: PromiseWithResolvers<Step<Input, Result>>[] = []
  readonly #onAbort = (): void => this.#abort()
  #type: string | Promise<string> | undefined
  #source: Iterator<Input> | AsyncIterator<Input> | undefined
  #state: 'new' | 'reading' | 'read' | 'stopped' = 'new'
  #readingNow = false
  #count = 0
  /** Taken from the inputs and not yet given to whoever iterates. */
  #outstanding = 0
  /** What waits is being cancelled; then the error is thrown. */
  #throwing = false
  #error: { readonly thrown: unknown } | undefined

  constructor(parts: MapParts<Input>) {
    const { ordered = false, window, stopOnFailure = false, signal, id, ...rules } = parts.options
    this.#parts = parts
    this.#stopOnFailure = stopOnFailure
    this.#signal = signal
    this.#idOf = id
    this.#window = windowOf(window)
    this.#ended = new EndedInputs(ordered)
    this.#rules = Object.keys(rules).length === 0 ? undefined : rules
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Step<Input, Result>> {
    if (this.#state === 'new') this.#begin()
    const asked = Promise.withResolvers<Step<Input, Result>>()
    this.#asking.push(asked)
    this.#give()
    return asked.promise
  }

  /** `break`: tasks that no thread has yet are cancelled, those that run end by themselves. */
  async return(): Promise<Step<Input, Result>> {
    this.#stop()
    for (const asked of this.#asking.splice(0)) asked.resolve({ done: true, value: undefined })
    await this.#cancelWaiting()
    this.#taken.clear()
    return { done: true, value: undefined }
  }

  // ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  #begin(): void {
    const { inputs } = this.#parts
    if (this.#signal?.aborted === true) return this.#abort()
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#source =
      Symbol.iterator in inputs ? inputs[Symbol.iterator]() : inputs[Symbol.asyncIterator]()
    this.#state = 'reading'
    this.#read()
  }

  // Not one by one as room comes: what is read together goes to the store together.
  #read(): void {
    const burst = Math.min(256, this.#window >> 2)
    if (this.#state !== 'reading' || this.#readingNow) return
    if (this.#outstanding > Math.max(0, this.#window - burst - 1)) return
    this.#readingNow = true
    this.#fillWindow().then(
      () => {
        this.#readingNow = false
        this.#give()
      },
      (error: unknown) => this.#fail(error),
    )
  }

  async #fillWindow(): Promise<void> {
    const type = await (this.#type ??= this.#parts.type())
    while (this.#state === 'reading' && this.#outstanding < this.#window) {
      const step = this.#source?.next()
      const read = step !== undefined && 'then' in step ? await step : step
      if (this.#isStopped()) return
      if (read === undefined || read.done === true) this.#state = 'read'
      else this.#enqueue(type, read.value)
    }
  }

  // The state may have changed while a read was awaited, which the compiler does not see.
  #isStopped(): boolean {
    return this.#state === 'stopped'
  }

  #enqueue(type: string, input: Input): void {
    const taken: Taken<Input> = { index: this.#count, input, accepted: undefined }
    this.#count += 1
    this.#outstanding += 1
    this.#taken.set(taken.index, taken)
    this.#unaccepted.add(taken)
    const refused = (error: unknown): void => this.#refused(taken, error)
    try {
      const id = this.#idOf?.(input, taken.index)
      const rules = id === undefined ? this.#rules : { ...this.#rules, id }
      this.#parts.engine.intake.enqueue(
        type,
        input,
        rules,
        (accepted) => this.#accepted(taken, accepted),
        refused,
      )
    } catch (error) {
      refused(error)
    }
  }

  #accepted(taken: Taken<Input>, accepted: Accepted): void {
    const { engine } = this.#parts
    taken.accepted = accepted
    // A new task is settled by a later settle or not at all; an existing one may be over already.
    const sinceSettled = accepted.created ? engine.completions.settledCount : -1
    whenEnded(engine, accepted, sinceSettled, {
      ended: (completion) => this.#settled(taken, accepted, completion),
      reject: (error) => this.#refused(taken, error),
    })
    this.#left(taken)
  }

  #left(taken: Taken<Input>): void {
    this.#unaccepted.delete(taken)
    if (this.#unaccepted.size === 0) this.#allAccepted?.resolve()
  }

  // ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #settled({ index, input }: Taken<Input>, accepted: Accepted, completion: Completion): void {
    const { state, outcome, runMs = 0 } = completion
    const id = idOfAccepted(accepted)
    if (outcome.kind === 'succeeded') {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the definition promised it, the thread ran it
      const result = fromPayloadBytes(outcome.result) as Result
      return this.#end(index, { index, input, id, state: 'succeeded', result, ms: runMs })
    }
    const { failure } = outcome
    this.#endFailed({ index, input }, id, state === 'cancelled' ? state : 'failed', failure, runMs)
  }

  #refused(taken: Taken<Input>, error: unknown): void {
    this.#left(taken)
    const { index, input, accepted } = taken
    const failure = inputFailure(error)
    if (failure === undefined) return this.#fail(error)
    const id = accepted === undefined ? undefined : idOfAccepted(accepted)
    this.#endFailed({ index, input }, id, 'failed', failure, 0)
  }

  #endFailed(
    { index, input }: Pick<Taken<Input>, 'index' | 'input'>,
    id: TaskId | undefined,
    state: 'failed' | 'cancelled',
    failure: Failure,
    ms: number,
  ): void {
    // What is cancelled because the map stops was never asked for.
    if (state === 'cancelled' && this.#isStopped()) return this.#end(index, undefined)
    this.#end(index, { index, input, id, state, failure, ms })
    if (state !== 'failed' || !this.#stopOnFailure || this.#isStopped()) return
    this.#stop()
    this.#cancelWaiting().catch((error: unknown) => this.#fail(error))
  }

  #end(index: number, mapped: Mapped<Input, Result> | undefined): void {
    // Nobody waits for it any more.
    if (!this.#taken.delete(index)) return
    if (mapped === undefined) this.#outstanding -= 1
    this.#ended.add(index, mapped)
    this.#give()
  }

  #give(): void {
    while (this.#asking.length > 0) {
      const mapped = this.#ended.take()
      if (mapped === undefined) break
      this.#outstanding -= 1
      this.#asking.shift()?.resolve({ done: false, value: mapped })
    }
    this.#read()
    if (this.#asking.length > 0 && this.#isOver()) this.#giveEnd()
  }

  #isOver(): boolean {
    if (this.#error !== undefined) return true
    if (this.#throwing) return false
    return (this.#state === 'read' || this.#state === 'stopped') && this.#taken.size === 0
  }

  #giveEnd(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    const error = this.#error
    // Thrown once, as an iterator does.
    this.#error = undefined
    if (error !== undefined) this.#asking.shift()?.reject(error.thrown)
    for (const asked of this.#asking.splice(0)) asked.resolve({ done: true, value: undefined })
  }

  // ── stop ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #stop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#signal?.removeEventListener('abort', this.#onAbort)
    // A generator that is waiting for its own next input hears of it later; nobody waits for that here.
    const returned = this.#source?.return?.()
    if (returned instanceof Promise) returned.catch(() => undefined)
  }

  /** Nothing more is given. A closing engine keeps what it has acknowledged; otherwise what waits is cancelled. */
  #fail(thrown: unknown): void {
    this.#stop()
    const { state } = this.#parts.engine
    const open = state === 'open' || state === 'draining'
    this.#throwAfter(open ? this.#cancelWaiting() : Promise.resolve(), thrown)
  }

  #abort(): void {
    this.#stop()
    this.#throwAfter(
      this.#cancelEach(() => true),
      this.#signal?.reason,
    )
  }

  #throwAfter(cancelled: Promise<void>, thrown: unknown): void {
    this.#throwing = true
    const end = (): void => {
      this.#throwing = false
      this.#taken.clear()
      this.#error ??= { thrown }
      this.#give()
    }
    // That it could not be cancelled matters less than why it was to be.
    cancelled.then(end, end)
  }

  #cancelWaiting(): Promise<void> {
    const { scheduler } = this.#parts.engine
    return this.#cancelEach(({ seq }) => !scheduler.hasDeparted(seq))
  }

  async #cancelEach(which: (accepted: Accepted) => boolean): Promise<void> {
    if (this.#unaccepted.size > 0) {
      this.#allAccepted ??= Promise.withResolvers()
      await this.#allAccepted.promise
    }
    const accepted = [...this.#taken.values()].flatMap((taken) => taken.accepted ?? [])
    await Promise.all(accepted.filter(which).map((one) => this.#parts.cancel(idOfAccepted(one))))
  }
}
