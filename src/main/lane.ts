import { OctopusError } from '../protocol/errors.ts'
import type { ArmId } from '../protocol/task.ts'
import type { Batch } from './batch.ts'

export interface LaneOptions {
  readonly arm: ArmId
  readonly slots: number
  readonly enabled: boolean
  /** Record every start durably before it happens. */
  readonly recordsStart: boolean
}

/** One arm as the scheduler sees it: how many batches it may have in threads, and those it has. */
export interface Lane {
  readonly arm: ArmId
  readonly recordsStart: boolean
  readonly batches: Set<Batch>
  slots: number
  enabled: boolean
  paused: boolean
  /** Claims are on their way. */
  filling: boolean
  /** Something became ready meanwhile: fill once more. */
  again: boolean
  /** Threads that died in a row before they took a task. */
  stillborn: number
  lastDeath: Error | undefined
  /** Waiting before the next try to get a thread. */
  resting: boolean
}

export function newLane(options: LaneOptions): Lane {
  return {
    ...options,
    batches: new Set(),
    paused: false,
    filling: false,
    again: false,
    stillborn: 0,
    lastDeath: undefined,
    resting: false,
  }
}

export interface LaneState {
  readonly slots: number
  readonly enabled: boolean
  readonly paused: boolean
  /** Tasks that run in threads now. */
  readonly running: number
}

export function laneState({ slots, enabled, paused, batches }: Lane): LaneState {
  const running = [...batches].filter((batch) => batch.runningIndex !== undefined).length
  return { slots, enabled, paused, running }
}

/** Its threads die before they take a task, again and again. */
export function noThreads(arm: ArmId, cause: Error | undefined): OctopusError {
  return new OctopusError(
    'E_THREAD',
    `the threads of the ${arm} arm do not start: ${cause?.message ?? 'unknown'}`,
    {
      arm,
      cause,
      hint: 'Its tasks are safe in the store. Look for memory limits, or for a damaged installation.',
    },
  )
}
