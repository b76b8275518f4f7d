import { isDeepStrictEqual } from 'node:util'
import { OctopusError } from '../protocol/errors.ts'
import { Octopus, type InspectedTask, type OctopusOptions } from '../main/index.ts'
import { Outcomes } from './outcomes.ts'
import { TestClock } from './test-clock.ts'

/** Which enqueued tasks are meant: all that is given must be so; of the payload, each field that is given. */
export interface EnqueuedMatch {
  readonly type?: string | { readonly type: string }
  readonly id?: string
  readonly payload?: unknown
  readonly priority?: number
}

const DRAIN_ROUNDS_MAX = 1_000
/** A delay counts from when the store has the task, a little after the time on its record. */
const LAG_MS = 50
const WAITING = ['ready', 'scheduled', 'blocked', 'unserved'] as const

/** An engine for one test. `await using` closes it. */
export class TestOctopus implements AsyncDisposable {
  readonly octopus: Octopus
  /** Turn it, and what is due later becomes due. Handlers' own timeouts run on real time. */
  readonly clock: TestClock
  readonly outcomes = new Outcomes()

  /** @internal */
  constructor(octopus: Octopus, clock: TestClock) {
    this.octopus = octopus
    this.clock = clock
    octopus.watch((event) => this.outcomes.hear(event))
  }

  /** Tasks that wait and match, in the order of acceptance. */
  async enqueued(match: EnqueuedMatch = {}): Promise<readonly InspectedTask[]> {
    return (await this.#waiting()).filter((task) => matches(task, match))
  }

  /** The first task that waits and matches. @throws OctopusError E_UNKNOWN_TASK naming what waits instead */
  async assertEnqueued(match: EnqueuedMatch): Promise<InspectedTask> {
    const waiting = await this.#waiting()
    const found = waiting.find((task) => matches(task, match))
    if (found !== undefined) return found
    const names = waiting.map(({ type, payload }) => `${type} ${JSON.stringify(payload)}`)
    throw new OctopusError('E_UNKNOWN_TASK', `no task like ${JSON.stringify(match)} waits`, {
      hint: names.length === 0 ? 'None waits at all.' : `These do: ${names.join(', ')}.`,
    })
  }

  /**
   * Runs what waits, and what that enqueues, until nothing is ready or running. `scheduled`: turns the clock to each
   * task that is due later too, retries among them, until none is left.
   * @throws OctopusError E_USAGE when tasks still come after 1,000 turns of the clock
   */
  async drain({ scheduled = false }: { readonly scheduled?: boolean } = {}): Promise<void> {
    this.octopus.start()
    await this.octopus.drain()
    if (!scheduled) return
    for (let round = 0; this.#scheduledCount() > 0; round += 1) {
      if (round === DRAIN_ROUNDS_MAX) throw neverDrained()
      await this.#turnToNext()
      await this.octopus.drain()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.octopus.close({ grace: 0 })
  }

  #scheduledCount(): number {
    return this.octopus.status().arms.reduce((sum, { scheduled }) => sum + scheduled, 0)
  }

  async #turnToNext(): Promise<void> {
    const due = (await this.#waiting()).flatMap(({ dueAt }) => dueAt ?? [])
    const untilMs = Math.min(...due) - this.clock.wallMs()
    this.clock.turn((Number.isFinite(untilMs) ? Math.max(0, untilMs) : 0) + LAG_MS)
  }

  async #waiting(): Promise<readonly InspectedTask[]> {
    const { tasks } = await this.octopus.list({ states: WAITING, limit: 1_000 })
    return tasks
  }
}

/**
 * An engine on a store in memory that dispatches nothing until `drain` or `octopus.start()`: what your code enqueues can be
 * looked at first. Options are those of `Octopus.open`; real threads run the handlers.
 */
export async function openTestOctopus(options: OctopusOptions = {}): Promise<TestOctopus> {
  const clock = new TestClock()
  const octopus = await Octopus.openIn(
    { store: 'memory', autostart: false, ...options },
    // Backoff without chance: the middle of its jitter.
    { clock, random: () => 0.5 },
  )
  return new TestOctopus(octopus, clock)
}

function matches(task: InspectedTask, match: EnqueuedMatch): boolean {
  const { type, id, payload, priority } = match
  const name = typeof type === 'object' ? type.type : type
  return (
    (name === undefined || task.type === name) &&
    (id === undefined || task.id === id) &&
    (priority === undefined || task.priority === priority) &&
    (payload === undefined || holds(task.payload, payload))
  )
}

function holds(whole: unknown, part: unknown): boolean {
  if (!isPlain(whole) || !isPlain(part)) return isDeepStrictEqual(whole, part)
  const fields = new Map(Object.entries(whole))
  return Object.entries(part).every(([name, value]) => holds(fields.get(name), value))
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}

function neverDrained(): OctopusError {
  return new OctopusError('E_USAGE', `tasks still come after ${DRAIN_ROUNDS_MAX} turns`, {
    hint: 'A task that enqueues itself again never drains: turn the clock by hand.',
  })
}
