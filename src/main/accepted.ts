import { mintId, type TaskId } from '../protocol/task.ts'

/** A task that the store has. */
export interface Accepted {
  readonly seq: number
  /** The caller's own id; undefined when it is minted from the seq. */
  readonly named: TaskId | undefined
  /** False: a task with this id and payload was there already. */
  readonly created: boolean
}

/** Minted only when somebody asks: most tasks are never asked for their id. */
export function idOfAccepted({ seq, named }: Accepted): TaskId {
  return named ?? mintId(seq)
}
