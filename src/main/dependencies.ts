import type { EnqueueOptions } from '../protocol/task-spec.ts'
import { OctopusError } from '../protocol/errors.ts'
import {
  callerId,
  mintedSeq,
  ON_PARENT_FAILURE,
  taskId,
  type OnParentFailure,
  type TaskId,
} from '../protocol/task.ts'
import type { DependsOn } from './store/store.ts'

/** One task waits for no more than these: more parents than that want a task between. */
export const PARENTS_MAX = 1_000
export const LEVEL_MAX = 1_000_000

/**
 * What a task waits for, as its caller said; undefined when it waits for nobody.
 * @throws OctopusError E_USAGE for ids that can be none, too many of them, or another word than skip, fail and run; E_CYCLE
 * for a task that waits for itself
 */
export function dependsOnOf(
  type: string,
  id: TaskId | undefined,
  { after, onParentFailure = 'skip' }: EnqueueOptions,
): DependsOn | undefined {
  const onFailure = checkedPolicy(type, onParentFailure)
  if (after === undefined || after.length === 0) return undefined
  const parents = [...new Set(after.map((parent) => parentId(type, parent)))]
  if (parents.length > PARENTS_MAX) {
    throw new OctopusError(
      'E_USAGE',
      `${type}: it waits for ${parents.length} tasks, at most ${PARENTS_MAX} are possible`,
      { hint: 'Let it wait for a task between, which waits for some of them.' },
    )
  }
  if (id !== undefined && parents.includes(id)) throw new CycleError([id, id])
  return { parents, onFailure }
}

/** E_CYCLE. `chain` are ids, each of which waits for the next; the last is the first again. */
export class CycleError extends OctopusError {
  readonly chain: readonly string[]

  constructor(chain: readonly string[]) {
    super('E_CYCLE', `tasks wait for each other: ${chainText(chain)}`, {
      hint: 'Each waits for the next: none could ever start. Nothing was accepted.',
      ...(chain[0] === undefined ? {} : { task: chain[0] }),
    })
    this.chain = chain
  }
}

export function unknownParent(parent: string, child: string): OctopusError {
  return new OctopusError('E_UNKNOWN_TASK', `${child} waits for '${parent}', which is unknown`, {
    task: parent,
    hint: 'Enqueue that task first, or in the same call. Retention removes records of ended tasks.',
  })
}

/** @throws OctopusError E_USAGE */
export function levelRule(type: string, level: number): number {
  if (Number.isInteger(level) && level >= 0 && level <= LEVEL_MAX) return level
  throw new OctopusError('E_USAGE', `${type}: level ${level} is not an integer from 0 to 1,000,000`)
}

const CHAIN_SHOWN = 12

function chainText(chain: readonly string[]): string {
  if (chain.length <= CHAIN_SHOWN) return chain.join(' -> ')
  const left = chain.length - CHAIN_SHOWN
  return [...chain.slice(0, CHAIN_SHOWN - 1), `… ${left} more …`, chain.at(-1)].join(' -> ')
}

function checkedPolicy(type: string, policy: string): OnParentFailure {
  const known = ON_PARENT_FAILURE.find((one) => one === policy)
  if (known !== undefined) return known
  throw new OctopusError('E_USAGE', `${type}: onParentFailure '${policy}' is not known`, {
    hint: `One of ${ON_PARENT_FAILURE.join(', ')}.`,
  })
}

function parentId(type: string, id: unknown): TaskId {
  if (typeof id === 'string' && (mintedSeq(id) !== undefined || callerId(id) !== undefined))
    return taskId(id)
  throw new OctopusError('E_USAGE', `${type}: it cannot wait for '${String(id).slice(0, 80)}'`, {
    hint: 'after is an array of task ids.',
  })
}
