import type { Json } from '../protocol/task.ts'
import type { TaskLog } from '../protocol/host.ts'

/** Where a batch handler's code is: the URL of a module and the name of the function it exports. */
export interface BatchHandlerLocation {
  readonly module: string
  readonly exportName: string
}

/** A closed registry: a payload names one of its keys, never a module. */
export type BatchHandlers = Readonly<Record<string, BatchHandlerLocation>>

export interface BatchItem {
  /** Its place in the whole batch, from 0; stable over attempts, so usable in an idempotency key. */
  readonly index: number
  /** Counted from 1; grows with the payload's `retries`. */
  readonly attempt: number
  readonly signal: AbortSignal
  readonly log: TaskLog
}

/**
 * Handles one item. It must bear a second call with the same item: after a crash a batch goes on from its last
 * committed chunk. What it throws counts as this item's failure; `NonRetryable` spares it the retries.
 */
export type BatchHandler = (item: Json, about: BatchItem) => unknown
