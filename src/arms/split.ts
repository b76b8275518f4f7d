import type { TaskSpec } from '../protocol/task-spec.ts'

/** At most so many parts of one split: their results come back together. */
export const PARTS_MAX = 1_000

/**
 * One part of a task that splits: what `enqueue` takes, without an id or tasks to wait for of its own. Its type, arm and
 * priority are those of the whole unless it says otherwise.
 */
export interface Part extends Omit<TaskSpec, 'type' | 'id' | 'after' | 'onParentFailure'> {
  readonly type?: string
}

// A handler's module may have another copy of this package; the mark survives that.
const PARTS: unique symbol = Symbol.for('octopus-executor/split')

/** What a handler returns to have its task done in parts. Made by `split`. */
export interface Split {
  readonly [PARTS]: readonly Part[]
}

/**
 * Ends an attempt in parts: `return split([{ payload: a }, { payload: b }])`. The parts are stored in the transaction that
 * records the attempt and run as tasks of the arm, on all its threads; the whole holds none meanwhile. Once all have
 * succeeded its handler runs again, with their results in `ctx.parts`, in the order given here. A part that fails for good
 * fails the whole as `part-failed` and cancels the others; cancelling the whole cancels its parts. The attempt that
 * split is not charged. At most 1,000 parts, of 64 MiB together, and so for their results. What a splitting attempt
 * enqueued goes to the store with its parts.
 */
export function split(parts: readonly Part[]): Split {
  return { [PARTS]: [...parts] }
}

export function isSplit(value: unknown): value is Split {
  return typeof value === 'object' && value !== null && PARTS in value
}

export function partsOf(value: Split): readonly Part[] {
  return value[PARTS]
}
