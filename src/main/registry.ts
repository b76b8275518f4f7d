import type { Arm } from '../arms/arm.ts'
import type { AnyTask } from '../arms/define-task.ts'
import { parseDuration, type Duration } from '../protocol/duration.ts'
import { OctopusError } from '../protocol/errors.ts'
import { isArmId, type ArmId, type Backoff, type StoredTask } from '../protocol/task.ts'
import type { TypeModule } from '../protocol/thread-messages.ts'
import type { RetryPolicy } from './settle.ts'
import { TASK_LIMITS } from './task-limits.ts'

/** What falls back where a task's definition is silent. */
export interface DefaultRules {
  readonly attempts: number
  readonly backoff: Backoff
  readonly timeoutMs: number | undefined
  readonly ttlMs: number | undefined
  readonly priority: number
}

/** A type as the engine runs it: its definition with every rule resolved. */
export interface RegisteredTask {
  readonly type: string
  readonly arms: readonly ArmId[]
  readonly definition: AnyTask
  readonly location: TypeModule
  readonly policy: RetryPolicy
  readonly timeoutMs: number | undefined
  readonly ttlMs: number | undefined
  readonly priority: number
  readonly terminable: boolean
  readonly fresh: boolean
}

const TYPE = /^[a-z0-9][a-z0-9._:-]{0,127}$/

/** The closed registry: a type is served by what was registered here, and by nothing else. A type is never a path. */
export class TaskRegistry {
  readonly #tasks = new Map<string, RegisteredTask>()
  readonly #defaults: DefaultRules

  constructor(defaults: DefaultRules) {
    this.#defaults = defaults
  }

  static of(arms: readonly Arm[], defaults: DefaultRules): TaskRegistry {
    const registry = new TaskRegistry(defaults)
    for (const arm of arms) for (const task of arm.tasks) registry.add(task)
    return registry
  }

  /**
   * @param module where threads find the definition's `run`, for definitions without a handler module of their own
   * @throws OctopusError E_CONFIG for a bad type, arm or rule, and for a type that is already taken
   */
  add(definition: AnyTask, module?: { readonly url: string; readonly exportName: string }): void {
    const { type } = definition
    if (!TYPE.test(type))
      throw badDefinition(
        type,
        'its type must be lower-case letters, digits and . _ : -, at most 128 characters',
      )
    const known = this.#tasks.get(type)
    if (known !== undefined && !isSame(known, definition, module))
      throw badDefinition(type, 'another task is registered under this type')
    this.#tasks.set(type, this.#resolve(definition, locate(definition, module)))
  }

  get(type: string): RegisteredTask | undefined {
    return this.#tasks.get(type)
  }

  /** The type whose code is this export of this module. */
  typeAt(url: string, exportName: string): string | undefined {
    for (const { type, location } of this.#tasks.values())
      if (location.module === url && location.exportName === exportName) return type
    return undefined
  }

  /** @throws OctopusError E_UNKNOWN_TYPE with the list of known types */
  need(type: string): RegisteredTask {
    const task = this.#tasks.get(type)
    if (task !== undefined) return task
    throw new OctopusError('E_UNKNOWN_TYPE', `no arm serves tasks of type '${type}'`, {
      hint: `Known types: ${this.types().join(', ')}. A task of your own must be exported from a module that \`tasks\` names.`,
    })
  }

  types(): string[] {
    return [...this.#tasks.keys()].sort()
  }

  serves(type: string, arm: ArmId): boolean {
    return this.#tasks.get(type)?.arms.includes(arm) === true
  }

  /** The rules of one stored task: its own where it has any, its type's otherwise. */
  policyOf(stored: StoredTask): RetryPolicy {
    const task = this.#tasks.get(stored.type)
    const { attempts, backoff } = this.#defaults
    return {
      attemptsMax: stored.attemptsMax ?? task?.policy.attemptsMax ?? attempts,
      backoff: stored.backoff ?? task?.policy.backoff ?? backoff,
    }
  }

  #resolve(definition: AnyTask, location: TypeModule): RegisteredTask {
    const { type, arm, attempts, backoff, timeout, ttl, priority, terminable, fresh } = definition
    const defaults = this.#defaults
    return {
      type,
      arms: armsOf(type, arm),
      definition,
      location,
      policy: {
        attemptsMax: attemptsRule(type, attempts ?? defaults.attempts),
        backoff: resolveBackoff(backoff, defaults.backoff),
      },
      timeoutMs: timeout === undefined ? defaults.timeoutMs : timeoutRule(type, timeout),
      ttlMs: ttl === undefined ? defaults.ttlMs : parseDuration(ttl, 'ttl'),
      priority: priorityRule(type, priority ?? defaults.priority),
      terminable: terminable ?? true,
      fresh: fresh ?? false,
    }
  }
}

export function resolveBackoff(options: AnyTask['backoff'], fallback: Backoff): Backoff {
  if (options === undefined) return fallback
  const minMs =
    options.min === undefined ? fallback.minMs : parseDuration(options.min, 'backoff.min')
  const maxMs =
    options.max === undefined
      ? Math.max(fallback.maxMs, minMs)
      : parseDuration(options.max, 'backoff.max')
  return {
    kind: options.kind ?? fallback.kind,
    minMs,
    maxMs,
    jitter: options.jitter ?? fallback.jitter,
  }
}

/** @throws OctopusError E_CONFIG unless it is an integer from 0 to 255 */
export function priorityRule(of: string, priority: number): number {
  if (Number.isInteger(priority) && priority >= 0 && priority <= TASK_LIMITS.priorityMax)
    return priority
  throw badDefinition(of, `priority ${priority} is not an integer from 0 to 255`)
}

/** @throws OctopusError E_CONFIG unless it is an integer from 1 to 1,000 */
export function attemptsRule(of: string, attempts: number): number {
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= TASK_LIMITS.attemptsMax)
    return attempts
  throw badDefinition(of, `attempts ${attempts} is not an integer from 1 to 1,000`)
}

/** @throws OctopusError E_DURATION or E_CONFIG: a task that may run for no time at all never succeeds */
export function timeoutRule(of: string, timeout: Duration): number {
  const timeoutMs = parseDuration(timeout, 'timeout')
  if (timeoutMs > 0) return timeoutMs
  throw badDefinition(of, 'a timeout of 0 leaves no time to run; leave it out for no limit')
}

function armsOf(type: string, arm: AnyTask['arm']): readonly ArmId[] {
  const arms = typeof arm === 'string' ? [arm] : arm
  for (const id of arms)
    if (!isArmId(id)) throw badDefinition(type, `there is no arm '${String(id)}'`)
  return arms
}

function locate(
  definition: AnyTask,
  module: { readonly url: string; readonly exportName: string } | undefined,
): TypeModule {
  const { type, handler } = definition
  if (handler !== undefined)
    return { type, module: handler.module.href, exportName: handler.exportName }
  if (module !== undefined) return { type, module: module.url, exportName: module.exportName }
  throw badDefinition(
    type,
    'the threads cannot find its code: export it from a module and name that in `tasks`',
  )
}

function isSame(
  known: RegisteredTask,
  definition: AnyTask,
  module: { readonly url: string; readonly exportName: string } | undefined,
): boolean {
  if (known.definition === definition) return true
  const { module: url, exportName } = locate(definition, module)
  return known.location.module === url && known.location.exportName === exportName
}

function badDefinition(type: string, why: string): OctopusError {
  return new OctopusError('E_CONFIG', `task '${type}': ${why}`, {
    hint: 'See "Defining tasks" in the README.',
  })
}
