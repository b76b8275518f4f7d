import type { Admit } from './store/store.ts'

/** What is known of a type when its next task is about to be dispatched. */
export interface TypePace {
  /** Exponentially weighted mean of its runs, ms; undefined until the first one ended. */
  readonly runMs: number | undefined
  /** Must it have a thread to itself that has run nothing before? */
  readonly fresh: boolean
}

export interface BatchLimits {
  readonly ready: number
  readonly slots: number
  /** May one more batch of short tasks be in flight? */
  readonly shortAllowed: boolean
}

/** A type is short below this mean run: only short types share a batch. */
export const SHORT_MS = 2
export const BATCH_TASKS_MAX = 512
/** A batch is meant to last about this long. */
const BATCH_MS = 4
/** Work worth less than this is not split over threads: the hand-over would cost more than it saves. */
const SPLIT_MS = 0.25
const TINY_MS = 0.0005

export function isShort(pace: TypePace): boolean {
  return pace.runMs !== undefined && pace.runMs < SHORT_MS && !pace.fresh
}

/**
 * Says for each next task of the order whether it joins the batch. A type that is long, not measured yet or wants a
 * fresh thread travels alone, so a task known to be short never waits behind one that may not be.
 */
export function batchAdmission(paceOf: (type: string) => TypePace, limits: BatchLimits): Admit {
  const share = Math.ceil(limits.ready / limits.slots)
  let taken = 0
  let plannedMs = 0
  let open = true
  return (type) => {
    if (!open) return false
    const pace = paceOf(type)
    if (!isShort(pace)) {
      open = false
      taken += 1
      return taken === 1
    }
    const runMs = Math.max(pace.runMs ?? 0, TINY_MS)
    const fits = taken === 0 ? limits.shortAllowed : fitsBatch(taken, plannedMs, runMs, share)
    taken += 1
    plannedMs += runMs
    return (open = fits)
  }
}

function fitsBatch(taken: number, plannedMs: number, runMs: number, share: number): boolean {
  if (taken >= BATCH_TASKS_MAX || plannedMs + runMs > BATCH_MS) return false
  return taken < share || plannedMs + runMs <= SPLIT_MS
}
