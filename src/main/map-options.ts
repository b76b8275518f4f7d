import { OctopusError } from '../protocol/errors.ts'
import type { Failure } from '../protocol/outcome.ts'
import type { TaskId } from '../protocol/task.ts'
import type { EnqueueOptions } from '../protocol/task-spec.ts'

/** How `Octopus.map` goes through its inputs; the rules of each task are those of `enqueue`. */
export interface MapOptions<Input> extends Omit<EnqueueOptions, 'id'> {
  /** Give results in the order of the inputs. Default false: as they end. */
  readonly ordered?: boolean
  /** Inputs that are taken and not given back yet, at most; one that takes long holds up an ordered map of this many. Default 1,024. */
  readonly window?: number
  /** Start nothing more once a task has failed for good; what runs is still given. Default false. */
  readonly stopOnFailure?: boolean
  /** Once aborted, the iteration throws its reason, and tasks that wait or run are cancelled. */
  readonly signal?: AbortSignal
  /** A task's id. With ids that stay the same a map can be repeated: what has ended is not run again, its result is given. */
  readonly id?: (input: Input, index: number) => string
}

interface MappedInput<Input> {
  /** Counts from 0 in the order of the inputs. */
  readonly index: number
  readonly input: Input
}

/** One input and what came of it. A failure is a value: the iteration goes on. */
export type Mapped<Input, Result> = MappedInput<Input> &
  (
    | {
        readonly state: 'succeeded'
        readonly id: TaskId
        readonly result: Result
        /** How long its last attempt ran. */
        readonly ms: number
      }
    | {
        readonly state: 'failed' | 'cancelled'
        /** Undefined for an input that cannot be a task's payload: it was not stored. */
        readonly id: TaskId | undefined
        readonly failure: Failure
        readonly ms: number
      }
  )

const WINDOW = 1_024
const WINDOW_MAX = 100_000

/** @throws OctopusError E_USAGE unless it is a whole number from 1 to 100,000 */
export function windowOf(window = WINDOW): number {
  if (Number.isInteger(window) && window >= 1 && window <= WINDOW_MAX) return window
  throw new OctopusError('E_USAGE', `map: window ${window} is not from 1 to ${WINDOW_MAX}`, {
    hint: 'It bounds the inputs in flight; leave it out for 1,024.',
  })
}

/** Of one input alone; whatever else goes wrong ends the iteration. */
const OF_THE_INPUT = new Set(['E_PAYLOAD', 'E_NOT_JSON', 'E_TOO_LARGE', 'E_UNKNOWN_TASK'])

/** What is wrong with this input, as the failure it comes to; undefined when the error is of more than the input. */
export function inputFailure(error: unknown): Failure | undefined {
  if (!(error instanceof OctopusError) || !OF_THE_INPUT.has(error.code)) return undefined
  const { code, message, name } = error
  const reason = code === 'E_UNKNOWN_TASK' ? 'lost' : 'payload-invalid'
  return { reason, name, message, code, final: true }
}
