import type { Duration } from '../protocol/duration.ts'
import type { HostServiceName } from '../protocol/host.ts'
import type { ArmId } from '../protocol/task.ts'
import type { BackoffOptions } from '../protocol/task-spec.ts'
import type { Split } from './split.ts'
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.ts'
import type { Inferred, TaskContext } from './task-context.ts'

/** The rules a type of task runs under. What is absent falls back to the engine's `defaults`. */
export interface TaskRules {
  /** Attempts in all, at least 1. */
  readonly attempts?: number
  readonly backoff?: BackoffOptions
  /** Longest run of one attempt, from its own start. */
  readonly timeout?: Duration
  /** Not started within this time of its acceptance: failed as expired. */
  readonly ttl?: Duration
  /** 0 to 255, higher first. */
  readonly priority?: number
}

interface TaskHead extends TaskRules {
  /** Lower-case words joined by dashes, e.g. `make-thumbs`. Never a path. */
  readonly type: string
  /** The arm that serves it, or several to choose the least loaded of. */
  readonly arm: ArmId | readonly [ArmId, ...ArmId[]]
  /** May a running attempt be stopped by ending its thread? Default true. False: only by its signal. */
  readonly terminable?: boolean
  /** Run each attempt in a thread that has run nothing before. Default false. */
  readonly fresh?: boolean
  /** The host services the handler may call. */
  readonly host?: readonly HostServiceName[]
}

export type Run<Payload, Result> = (
  payload: Payload,
  context: TaskContext,
) => Result | Promise<Result>

/** What a handler's code is found by in a thread: a module and the name of what it exports. */
export interface HandlerLocation {
  readonly module: URL
  readonly exportName: string
}

/** A type of task: its rules and payload for main, its `run` for the threads. Made by `defineTask`. */
export interface TaskDefinition<Input = never, Payload = never, Result = unknown>
  extends TaskHead, Inferred<Input, Result> {
  readonly payload?: StandardSchema<Input, Payload>
  /** The handler itself; present where the module that defines the task also runs it. */
  readonly run?: Run<Payload, Result>
  /** For tasks whose handler lives in a module of its own, which main never loads. */
  readonly handler?: HandlerLocation
}

/** Any definition, where its payload and result do not matter. */
export interface AnyTask extends TaskHead {
  readonly payload?: StandardSchema<unknown, unknown>
  readonly run?: Run<never, unknown>
  readonly handler?: HandlerLocation
}

const definitions = new WeakSet<object>()
// A module may be loaded through two copies of this package (a linked one, a bundled one); the mark survives that.
const MARK = Symbol.for('octopus-executor/task')

/** Is this a value that `defineTask` made, in this or another copy of the package? */
export function isTaskDefinition(value: unknown): value is AnyTask {
  return typeof value === 'object' && value !== null && (definitions.has(value) || MARK in value)
}

/** What a task ends with: never with a split, after which it runs again. */
type ResultOf<Returned> = Exclude<Awaited<Returned>, Split>

/**
 * Defines a type of task. Export the result from a module that `tasks` names: the threads import that module and call
 * its `run`; main reads only the rules and validates payloads with the schema.
 */
export function defineTask<const S extends StandardSchema, Result>(
  definition: TaskHead & { readonly payload: S; readonly run: Run<SchemaOutput<S>, Result> },
): TaskDefinition<SchemaInput<S>, SchemaOutput<S>, ResultOf<Result>>
export function defineTask<Payload, Result>(
  definition: TaskHead & { readonly run: Run<Payload, Result> },
): TaskDefinition<Payload, Payload, ResultOf<Result>>
export function defineTask(definition: object): object {
  return marked(definition)
}

/** Defines a task of ours whose handler is a module beside the definition, loaded in threads alone. */
export function declareTask<const S extends StandardSchema, Result>(
  definition: TaskHead & {
    readonly payload: S
    readonly handler: HandlerLocation
    readonly result?: Result
  },
): TaskDefinition<SchemaInput<S>, SchemaOutput<S>, Result> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- input and result exist only in types
  return marked(definition) satisfies object as TaskDefinition<
    SchemaInput<S>,
    SchemaOutput<S>,
    Result
  >
}

function marked<D extends object>(definition: D): D {
  const copy = { ...definition }
  Object.defineProperty(copy, MARK, { value: true })
  definitions.add(copy)
  return Object.freeze(copy)
}

/** `./handlers/checksum-files` beside the calling module, with that module's own ending: .ts in source, .js when built. */
export function handlerBeside(metaUrl: string, path: string, exportName = 'run'): HandlerLocation {
  const ending = metaUrl.endsWith('.ts') ? '.ts' : '.js'
  return { module: new URL(path + ending, metaUrl), exportName }
}
