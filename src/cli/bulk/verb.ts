import type { CancelResult, RetryResult, TaskState } from '../../main/light.ts'
import type { ChangingOctopus } from '../changing.ts'

/** What is done to each of many tasks. */
export interface BulkVerb {
  readonly name: 'retry' | 'cancel'
  /** Of a filter that names no state, only tasks in these. */
  readonly states: readonly TaskState[]
  act(octopus: ChangingOctopus, id: string): Promise<CancelResult | RetryResult>
}

export const RETRY: BulkVerb = {
  name: 'retry',
  states: ['failed', 'cancelled'],
  act: (octopus, id) => octopus.retry(id),
}

export const CANCEL: BulkVerb = {
  name: 'cancel',
  states: ['blocked', 'scheduled', 'ready', 'running', 'unserved'],
  act: (octopus, id) => octopus.cancel(id),
}

/** How each answer is counted and told, and whether what was wanted is done. */
export const ANSWERS: Readonly<Record<CancelResult | RetryResult, Answer>> = {
  retried: { done: true, word: 'retried', text: 'given another run' },
  removed: { done: true, word: 'cancelled', text: 'cancelled' },
  running: { done: true, word: 'asked to stop', text: 'runs, and was asked to stop' },
  pending: { done: false, word: 'not over', text: 'has not ended yet' },
  succeeded: { done: false, word: 'succeeded', text: 'succeeded: such a task never runs again' },
  dropped: { done: false, word: 'dropped', text: 'what a run would need is gone (retention)' },
  gone: { done: false, word: 'over', text: 'had ended already' },
  unknown: { done: false, word: 'unknown', text: 'there is no such task' },
}

interface Answer {
  readonly done: boolean
  readonly word: string
  readonly text: string
}
