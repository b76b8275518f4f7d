import { createHash } from 'node:crypto'
import { describeIssues, type SchemaResult } from '../arms/standard-schema.ts'
import type { Clock } from '../protocol/clock.ts'
import { parseDuration } from '../protocol/duration.ts'
import { encodeStoredTask } from '../protocol/envelope.ts'
import { OctopusError } from '../protocol/errors.ts'
import { toPayloadBytes } from '../protocol/json.ts'
import { encodePlainTask } from '../protocol/stored-task.ts'
import {
  callerId,
  TASK_ID_LENGTH_MAX,
  type ArmId,
  type PayloadBytes,
  type TaskId,
} from '../protocol/task.ts'
import type { EnqueueOptions, TaskSpec } from '../protocol/task-spec.ts'
import {
  attemptsRule,
  priorityRule,
  resolveBackoff,
  timeoutRule,
  type RegisteredTask,
  type TaskRegistry,
} from './registry.ts'
import { dependsOnOf, levelRule } from './dependencies.ts'
import type { NewTask } from './store/store.ts'

/** What a task is checked against. */
export interface Preparing {
  readonly registry: TaskRegistry
  readonly clock: Clock
  readonly payloadBytesMax: number
  /** The arm for a task, among `wanted` or all that serve its type. */
  readonly route: (task: RegisteredTask, wanted: ArmId | undefined) => ArmId
}

/**
 * A caller's words as a task that a store can take. Asynchronous only where the type's own schema is.
 * @throws OctopusError E_UNKNOWN_TYPE, E_PAYLOAD, E_NOT_JSON, E_TOO_LARGE, E_DURATION, E_CONFIG, E_USAGE, E_UNKNOWN_ARM, E_ARM_DISABLED
 */
export function prepareTask(
  by: Preparing,
  type: string,
  payload: unknown,
  options: EnqueueOptions | undefined,
): NewTask | Promise<NewTask> {
  const task = by.registry.need(type)
  const schema = task.definition.payload
  if (schema === undefined) return newTask(by, task, payload, options)
  const checked = schema['~standard'].validate(payload)
  if (checked instanceof Promise)
    return checked.then((result) => newTask(by, task, valid(type, result), options))
  return newTask(by, task, valid(type, checked), options)
}

const SPEC_KEYS = new Set([
  'type',
  'payload',
  'id',
  'arm',
  'priority',
  'delay',
  'runAt',
  'ttl',
  'timeout',
  'attempts',
  'backoff',
  'traceparent',
  'createdAt',
  'after',
  'onParentFailure',
  'level',
])

/** @throws OctopusError E_USAGE for a field that no task has: a misspelt one is not ignored */
export function checkedSpec(spec: TaskSpec): TaskSpec {
  for (const key of Object.keys(spec)) {
    if (SPEC_KEYS.has(key)) continue
    throw new OctopusError('E_USAGE', `a task has no field '${key}'`, {
      hint: `Fields: ${[...SPEC_KEYS].join(', ')}.`,
    })
  }
  return spec
}

/** The arm a caller asked for, if it serves the type. */
export function wantedArms(task: RegisteredTask, wanted: ArmId | undefined): readonly ArmId[] {
  if (wanted === undefined) return task.arms
  if (task.arms.includes(wanted)) return [wanted]
  throw new OctopusError('E_UNKNOWN_ARM', `${task.type}: the arm '${wanted}' does not serve it`, {
    hint: `It is served by ${task.arms.join(', ')}.`,
  })
}

export function armDisabled(type: string, arms: readonly ArmId[]): OctopusError {
  const [only] = arms
  return new OctopusError(
    'E_ARM_DISABLED',
    `${type}: every arm that serves it is disabled (${arms.join(', ')})`,
    {
      hint: 'Enable the arm, or serve the type on another one.',
      ...(only === undefined ? {} : { arm: only }),
    },
  )
}

function newTask(
  by: Preparing,
  task: RegisteredTask,
  payload: unknown,
  options: EnqueueOptions | undefined,
): NewTask {
  const bytes = toPayloadBytes(payload, by.payloadBytesMax, 'payload')
  const arm = by.route(task, options?.arm)
  const createdAtMs = by.clock.wallMs()
  if (options === undefined && task.ttlMs === undefined)
    return plainTask(task, arm, bytes, createdAtMs)
  return taskWithOptions(task, arm, bytes, createdAtMs, options ?? {})
}

function taskWithOptions(
  task: RegisteredTask,
  arm: ArmId,
  payload: PayloadBytes,
  nowMs: number,
  options: EnqueueOptions,
): NewTask {
  const { type } = task
  const createdAtMs =
    options.createdAt === undefined ? nowMs : wallTime('createdAt', options.createdAt)
  const ttlMs = options.ttl === undefined ? task.ttlMs : parseDuration(options.ttl, 'ttl')
  const expires = ttlMs === undefined ? undefined : { expiresAtMs: createdAtMs + ttlMs }
  const id = options.id === undefined ? undefined : checkedId(options.id)
  const named = id === undefined ? undefined : { id, payloadHash: hash(type, payload.bytes) }
  const own = ownRules(type, task, options)
  const dependsOn = dependsOnOf(type, id, options)
  const level = options.level === undefined ? 0 : levelRule(type, options.level)
  const links = {
    ...(dependsOn === undefined
      ? {}
      : { dependsOn: dependsOn.parents, onParentFailure: dependsOn.onFailure }),
    ...(level === 0 ? {} : { level }),
  }
  return {
    arm,
    type,
    priority: options.priority === undefined ? task.priority : priorityRule(type, options.priority),
    delayMs: options.delay === undefined ? undefined : parseDuration(options.delay, 'delay'),
    runAtMs: options.runAt === undefined ? undefined : wallTime('runAt', options.runAt),
    expiresAtMs: expires?.expiresAtMs,
    envelope: encodeStoredTask({
      type,
      payload,
      createdAtMs,
      ...expires,
      ...named,
      ...own,
      ...links,
    }),
    id,
    payloadHash: named?.payloadHash,
    dependsOn,
    level,
  }
}

function valid(type: string, result: SchemaResult<unknown>): unknown {
  if (result.issues === undefined) return result.value
  throw new OctopusError('E_PAYLOAD', `${type}: ${describeIssues(result.issues)}`, {
    hint: 'Nothing was enqueued. Correct the payload; unknown keys are refused too.',
  })
}

function printable(value: unknown): string {
  return String(value).slice(0, 80)
}

function checkedId(id: string): TaskId {
  const checked = typeof id === 'string' ? callerId(id) : undefined
  if (checked !== undefined) return checked
  throw new OctopusError('E_USAGE', `'${printable(id)}' cannot be a task's id`, {
    hint: `An id has 1 to ${TASK_ID_LENGTH_MAX} characters and does not look like the engine's own (o_…).`,
  })
}

function hash(type: string, payload: Uint8Array): Uint8Array {
  return createHash('sha256').update(type).update('\0').update(payload).digest()
}

function ownRules(
  type: string,
  task: RegisteredTask,
  options: EnqueueOptions,
): Partial<Parameters<typeof encodeStoredTask>[0]> {
  const { timeout, attempts, backoff, traceparent } = options
  return {
    ...(timeout === undefined ? {} : { timeoutMs: timeoutRule(type, timeout) }),
    ...(attempts === undefined ? {} : { attemptsMax: attemptsRule(type, attempts) }),
    ...(backoff === undefined ? {} : { backoff: resolveBackoff(backoff, task.policy.backoff) }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

/** The common case: nothing but a type and a payload. */
function plainTask(
  task: RegisteredTask,
  arm: ArmId,
  payload: PayloadBytes,
  createdAtMs: number,
): NewTask {
  return {
    arm,
    type: task.type,
    priority: task.priority,
    delayMs: undefined,
    runAtMs: undefined,
    expiresAtMs: undefined,
    envelope: encodePlainTask(task.type, payload, createdAtMs),
    id: undefined,
    payloadHash: undefined,
    dependsOn: undefined,
    level: 0,
  }
}

function wallTime(name: string, at: Date | number): number {
  const ms = typeof at === 'number' ? at : at.getTime()
  if (Number.isFinite(ms)) return ms
  throw new OctopusError('E_DURATION', `${name} is no valid time`, {
    hint: 'Give a Date, or milliseconds since 1970.',
  })
}
