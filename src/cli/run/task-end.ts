import type { AttemptTrace, PayloadBytes } from '../../main/index.ts'

/** A row that is over: how its last attempt went. */
export interface TaskEnd {
  /** Its name inside the run. */
  readonly name: string
  /** What a person knows it by. */
  readonly row: string
  /** Undefined when the row is not in the file any more. */
  readonly line: number | undefined
  readonly trace: AttemptTrace
  readonly result: PayloadBytes | undefined
  /** The row or task that it waited for, directly or not, and that did not succeed. */
  readonly root?: string | undefined
}
