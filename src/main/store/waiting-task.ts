import type { ArmId } from '../../protocol/task.ts'

/** A task that waits, as the order knows it. */
export interface WaitingTask {
  readonly seq: number
  readonly arm: ArmId
  readonly typeIndex: number
  readonly priority: number
}
