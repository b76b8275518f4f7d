import type { ArmId } from '../protocol/task.ts'
import type { AnyTask } from './define-task.ts'

/** A lane with its own worker threads. The eight differ only in these values and in what their folders serve. */
export interface Arm {
  readonly id: ArmId
  /** What it is for, one line in tables. */
  readonly summary: string
  /** Tasks that run at once, a hard cap. */
  readonly maxParallel: number
  /**
   * Wait for the durable start record before every dispatch, the first included: for work that must not run twice
   * unknowingly after power loss.
   */
  readonly recordsStart: boolean
  readonly tasks: readonly AnyTask[]
}
