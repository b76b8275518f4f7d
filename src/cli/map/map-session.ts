import {
  systemClock,
  type FoundFunction,
  type Mapped,
  type MapOptions,
  type Octopus,
} from '../../main/index.ts'
import type { SessionEnd } from '../run/session.ts'
import type { Stop, StopReason } from '../run/stop.ts'
import { Tally } from '../run/tally.ts'
import type { TaskEnd } from '../run/task-end.ts'
import type { Inputs } from './inputs.ts'
import type { KnownContents } from './known-contents.ts'
import type { WrittenResults } from './result-file.ts'
import { TakenInputs, type TakenInput } from './taken-inputs.ts'

export interface MapSessionOptions {
  readonly octopus: Octopus
  readonly found: FoundFunction
  readonly inputs: Inputs
  readonly rules: Pick<MapOptions<unknown>, 'attempts' | 'timeout' | 'ordered' | 'window'>
  readonly run: string
  /** Results that are where they belong already: their inputs are passed over. */
  readonly written: WrittenResults
  /** What succeeded earlier as it is now is passed over, too. */
  readonly known: KnownContents | undefined
  readonly stop: Stop
  readonly deadlineMs: number | undefined
  readonly failFast: boolean
  readonly onEnd: (end: TaskEnd) => void
  readonly onResult: (mapped: Mapped<unknown, unknown>, input: TakenInput) => void
  readonly onStopping: (reason: StopReason, running: number) => void
}

/**
 * One map from its first input until all are over or somebody wants it to stop.
 *
 * ```
 * inputs ─▶ Octopus.map ─▶ results, each given once ─▶ end
 *                 └─ stop ─▶ no more inputs, pause ─▶ what runs finishes, or forced ─▶ end
 * ```
 *
 * What was stored and did not start stays in the store: that is what --resume goes on with.
 */
export class MapSession {
  readonly tally: Tally
  /** Inputs whose ends were given without a run of theirs in this session. */
  readonly before: { doneBefore: number; failedBefore: number }
  readonly #options: MapSessionOptions
  readonly #taken = new TakenInputs()
  readonly #startedAtMs = systemClock.monotonicMs()
  unchanged = 0
  #given = 0
  #passedOver = 0
  #allRead = false

  constructor(options: MapSessionOptions) {
    this.#options = options
    const { count, succeeded } = options.written
    this.before = { doneBefore: succeeded, failedBefore: count - succeeded }
    this.tally = new Tally({
      run: options.run,
      lineOf: (name) => this.#lineOf(name),
      labelOf: (name) => this.#taken.named(name)?.label ?? name,
      onEnd: (end) => this.#ended(end),
    })
    this.#expect(options.inputs.count ?? 0)
  }

  /** Inputs that are known of so far; at least one as long as more may come. */
  get expected(): number {
    return this.#options.inputs.count ?? this.#taken.read + (this.#allRead ? 0 : 1)
  }

  /** @throws OctopusError when the engine fails */
  async run(): Promise<SessionEnd> {
    const { octopus, stop, deadlineMs } = this.#options
    const unwatch = octopus.watch((event) => this.tally.watch(event))
    const cancel =
      deadlineMs === undefined
        ? () => undefined
        : systemClock.after(deadlineMs, () => stop.request('deadline'))
    try {
      octopus.start()
      await this.#work()
    } finally {
      cancel()
      unwatch()
    }
    const left = this.expected - this.#given - this.#passedOver - this.unchanged
    return { stopped: stop.reason, left, wallMs: systemClock.monotonicMs() - this.#startedAtMs }
  }

  async #work(): Promise<void> {
    const { stop } = this.#options
    const mapped = this.#map()
    const done = mapped.then(() => 'done' as const)
    if ((await Promise.race([done, stop.stopping])) !== 'done') await this.#drain(mapped)
  }

  async #drain(mapped: Promise<void>): Promise<void> {
    const { octopus, stop, onStopping } = this.#options
    // It ends with an error when the engine closes under it, with what is left.
    mapped.catch(() => undefined)
    octopus.pause()
    if (stop.reason !== undefined) onStopping(stop.reason, octopus.status().runningTasks)
    await Promise.race([octopus.drain(), stop.forced])
    // What ended last is given within this turn.
    await new Promise((resolve) => setImmediate(resolve))
  }

  async #map(): Promise<void> {
    const { octopus, found, inputs, rules, run } = this.#options
    const map = octopus.map(
      { module: found.module, export: found.exportName },
      this.#toTake(inputs.values),
      { ...rules, id: (_, place) => `${run}/${this.#taken.at(place).name}` },
    )
    for await (const mapped of map) this.#give(mapped)
  }

  #toTake(values: Inputs['values']): Iterable<unknown> | AsyncIterable<unknown> {
    const inTurn = Symbol.iterator in values && this.#options.known === undefined
    return inTurn ? this.#inTurn(values) : this.#asTheyCome(values)
  }

  *#inTurn(values: Iterable<unknown>): Generator {
    for (const value of values) {
      if (this.#options.stop.reason !== undefined) return
      if (this.#take(value)) yield value
    }
    this.#allRead = true
  }

  async *#asTheyCome(values: Inputs['values']): AsyncGenerator {
    const { stop, inputs, known } = this.#options
    try {
      for await (const value of values) {
        if (stop.reason !== undefined) return
        if (inputs.count === undefined) this.#expect(1)
        if (known === undefined ? this.#take(value) : await this.#takeChanged(value, known))
          yield value
      }
      this.#allRead = true
    } catch (error) {
      // What was taken goes its way all the same.
      stop.fail('input failed', error instanceof Error ? error : new Error(String(error)))
    }
  }

  #take(value: unknown): boolean {
    const input = this.#nextUnwritten(value)
    if (input !== undefined) this.#taken.take(input)
    return input !== undefined
  }

  async #takeChanged(value: unknown, known: KnownContents): Promise<boolean> {
    const input = this.#nextUnwritten(value)
    if (input === undefined) return false
    input.digest = await known.digestIfChanged(input.label, value)
    if (input.digest !== undefined) this.#taken.take(input)
    else {
      this.unchanged += 1
      this.#expect(-1)
    }
    return input.digest !== undefined
  }

  #nextUnwritten(value: unknown): TakenInput | undefined {
    const input = this.#taken.next(value)
    if (this.#options.written.names.get(input.name) === undefined) return input
    this.#passedOver += 1
    this.#expect(-1)
    return undefined
  }

  #give(mapped: Mapped<unknown, unknown>): void {
    const { onResult, stop, failFast, found, known } = this.#options
    const input = this.#taken.give(mapped.index)
    this.#given += 1
    if (!input.told && mapped.id === undefined) this.tally.refused(found.arms[0] ?? 'batch')
    else if (!input.told) this.#wasOver(mapped)
    onResult(mapped, input)
    if (mapped.state === 'succeeded' && input.digest !== undefined)
      known?.succeeded(input.label, input.digest)
    if (failFast && mapped.state === 'failed') stop.request('fail-fast')
  }

  #wasOver({ state }: Mapped<unknown, unknown>): void {
    this.before[state === 'succeeded' ? 'doneBefore' : 'failedBefore'] += 1
    this.#expect(-1)
  }

  #ended(end: TaskEnd): void {
    const input = this.#taken.named(end.name)
    if (input !== undefined) input.told = true
    this.#options.onEnd(end)
  }

  #lineOf(name: string): number | undefined {
    const index = this.#taken.named(name)?.index
    return index === undefined ? undefined : index + 1
  }

  #expect(inputs: number): void {
    const [arm = 'batch'] = this.#options.found.arms
    this.tally.expect(arm, inputs)
  }
}
