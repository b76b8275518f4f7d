import { ownTimeoutMs } from '../protocol/stored-task.ts'
import type { TaskRegistry } from './registry.ts'
import type { Claim } from './store/store.ts'

/** How one task may run, from its type and its own limits. */
export interface RunRules {
  readonly timeoutMs: number | undefined
  readonly terminable: boolean
}

/** How one claimed task may run: its own time limit where it has one, its type's otherwise. */
export function runRules(claim: Claim, registry: TaskRegistry): RunRules {
  const task = registry.get(claim.type)
  const own = ownTimeoutMs(claim.envelope)
  if (own === undefined && task !== undefined) return task
  return { timeoutMs: own ?? task?.timeoutMs, terminable: task?.terminable ?? true }
}
