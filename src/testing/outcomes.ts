import { systemClock } from '../protocol/clock.ts'
import { fromPayloadBytes } from '../protocol/json.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { Failure } from '../protocol/outcome.ts'
import type { ArmId, TaskId } from '../protocol/task.ts'
import type { EngineEvent } from '../main/index.ts'

/** How one attempt ended. */
export interface SeenOutcome {
  readonly id: TaskId
  readonly type: string
  readonly arm: ArmId
  /** Counted from 1. */
  readonly attempt: number
  /** `scheduled`: it failed and will be tried again. `blocked`: it split, and waits for its parts. */
  readonly state: 'succeeded' | 'failed' | 'cancelled' | 'scheduled' | 'blocked'
  readonly result: unknown
  readonly failure: Failure | undefined
}

/** What is looked for: all that is given must be so. */
export interface OutcomeMatch {
  readonly id?: string
  readonly type?: string | { readonly type: string }
  readonly state?: SeenOutcome['state']
}

interface Waiting {
  readonly matches: (outcome: SeenOutcome) => boolean
  readonly resolve: (outcome: SeenOutcome) => void
}

/** Every outcome of an engine, as it was recorded, in order. */
export class Outcomes {
  readonly #seen: SeenOutcome[] = []
  readonly #waiting = new Set<Waiting>()

  /** @internal */
  hear(event: EngineEvent): void {
    if (event.kind !== 'attempt.ended') return
    const { task: id, type, arm, attempt, state, failure } = event.trace
    const result = event.result === undefined ? undefined : fromPayloadBytes(event.result)
    const outcome = { id, type, arm, attempt, state, failure, result }
    this.#seen.push(outcome)
    for (const waiting of this.#waiting) if (waiting.matches(outcome)) waiting.resolve(outcome)
  }

  /** Those seen so far that match, all without one. */
  all(match: OutcomeMatch = {}): readonly SeenOutcome[] {
    return this.#seen.filter(matcher(match))
  }

  /**
   * The first that matches, seen already or yet to come.
   * @throws OctopusError E_USAGE when none has come after `timeoutMs` (default 5,000), naming what has
   */
  async first(match: OutcomeMatch = {}, timeoutMs = 5_000): Promise<SeenOutcome> {
    const [seen] = this.all(match)
    if (seen !== undefined) return seen
    const { promise, resolve, reject } = Promise.withResolvers<SeenOutcome>()
    const waiting = { matches: matcher(match), resolve }
    this.#waiting.add(waiting)
    const cancel = systemClock.after(timeoutMs, () => reject(this.#notSeen(match, timeoutMs)))
    return await promise.finally(() => {
      cancel()
      this.#waiting.delete(waiting)
    })
  }

  #notSeen(match: OutcomeMatch, timeoutMs: number): OctopusError {
    const seen = this.#seen.map(({ id, type, state }) => `${type} ${id} ${state}`)
    return new OctopusError(
      'E_USAGE',
      `no outcome like ${JSON.stringify(match)} within ${timeoutMs} ms`,
      { hint: seen.length === 0 ? 'There was none at all.' : `There were: ${seen.join(', ')}.` },
    )
  }
}

function matcher({ id, type, state }: OutcomeMatch): (outcome: SeenOutcome) => boolean {
  const name = typeof type === 'object' ? type.type : type
  return (outcome) =>
    (id === undefined || outcome.id === id) &&
    (name === undefined || outcome.type === name) &&
    (state === undefined || outcome.state === state)
}
