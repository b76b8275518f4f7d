import type { ArmId } from '../protocol/task.ts'

/** What the router knows of an arm that serves the type. */
export interface ArmLoad {
  readonly id: ArmId
  readonly enabled: boolean
  readonly queued: number
  readonly slots: number
  /** Mean run of what this arm served, ms; 0 before the first. */
  readonly meanRunMs: number
}

/**
 * The arm for one more task, chosen once and for good at enqueue: the only one that serves it, or the one whose queue
 * will be worked off first (queued × mean run ÷ slots). Disabled arms are passed over; undefined when none is left.
 * Equal arms: the first declared.
 */
export function route(arms: readonly ArmLoad[]): ArmId | undefined {
  let best: ArmLoad | undefined
  for (const arm of arms) {
    if (arm.enabled && (best === undefined || waitMs(arm) < waitMs(best))) best = arm
  }
  return best?.id
}

// Before anything was measured every task counts alike.
const UNMEASURED_MS = 1

function waitMs(arm: ArmLoad): number {
  return (arm.queued * (arm.meanRunMs || UNMEASURED_MS)) / arm.slots
}
