import type { Grants, HostServices, SpawnRequest, SpawnResult, TaskLog } from '../protocol/host.ts'
import type { Json, Payload, TaskId } from '../protocol/task.ts'
import type { EnqueueOptions, TaskSpec } from '../protocol/task-spec.ts'
import type { BatchHandlers } from './batch-handler.ts'

declare const inferred: unique symbol

/** What a definition says of its input and result, in types alone. */
export interface Inferred<Input, Result> {
  readonly [inferred]?: { readonly input: Input; readonly result: Result }
}

/** A definition as far as enqueueing needs it. */
type Typed<Input> = Inferred<Input, unknown> & { readonly type: string; readonly arm: unknown }

export type EnqueueArguments = readonly [
  task: string | { readonly type: string },
  payload?: unknown,
  options?: EnqueueOptions,
]

/** By definition, by type, or as a whole: the shapes of `Octopus.enqueue`. */
export interface EnqueueFromTask {
  <Input>(task: Typed<Input>, payload: Input, options?: EnqueueOptions): Promise<void>
  (type: string, payload?: unknown, options?: EnqueueOptions): Promise<void>
  (task: TaskSpec): Promise<void>
}

/** All that a handler has of the outside. One is made for each attempt. Functions are fields: handlers take them apart. */
export interface TaskContext {
  readonly id: TaskId
  readonly type: string
  /** Counted from 1, and again from 1 after a retry; the task's record counts through all its runs. */
  readonly attempt: number
  readonly threadId: number
  /**
   * Aborts when the task is cancelled, times out or the engine closes without grace. Made on first use: a task that
   * never looks pays nothing. A loop that never awaits sees `signal.aborted` change too.
   */
  readonly signal: AbortSignal
  /** Tells how far the task is; sent on at most ten times a second, the last call always. */
  readonly progress: (done: number, total?: number, note?: string) => void
  /** Lines kept with the task's record, at most 1,000 of 4 KiB an attempt. */
  readonly log: TaskLog
  /** The host's subsystems that this task's definition declared in `host`. */
  readonly host: HostServices
  /** Runs a child process owned by the main thread: no shell, own process group, killed with the task. */
  readonly spawn: (request: SpawnRequest) => Promise<SpawnResult>
  /**
   * Enqueues a task in the transaction of this attempt's success: both or neither. Resolves once the task is checked; it
   * exists once this attempt has succeeded, and is dropped with an attempt that does not. At most 10,000 tasks of 64 MiB
   * together an attempt; they do not wait for room under `queueDepthMax`. A call that nobody awaited is awaited before the
   * attempt ends. An id that another task takes meanwhile fails the attempt with E_CONFLICT.
   * @throws OctopusError E_UNKNOWN_TYPE, E_PAYLOAD, E_NOT_JSON, E_TOO_LARGE, E_CONFLICT and what else `Octopus.enqueue`
   * throws; not caught, it fails the attempt, and no other is tried
   */
  readonly enqueue: EnqueueFromTask
  /**
   * Results of the parts, in the order they were given to `split`, when the last attempt that did not fail ended in one;
   * undefined otherwise. An attempt that fails after its parts have succeeded leaves them to the next.
   */
  readonly parts: readonly Payload[] | undefined
  /** Keeps a JSON value of at most 64 KiB for the next attempt; resolves once it is as durable as the store. */
  readonly checkpoint: (value: Json) => Promise<void>
  /** What the last `checkpoint` of an earlier attempt kept, undefined without one. */
  readonly lastCheckpoint: Json | undefined
  /**
   * Results of the tasks it waited for (`after`), by the ids it named, as far as they succeeded; each is decoded when it is
   * read. Throws E_TOO_LARGE, finally, when together they have more than 4 MiB, and on reading one that retention dropped.
   */
  readonly parents: Readonly<Record<string, unknown>>
  /** Paths and programs that built-in handlers are confined to. */
  readonly grants: Grants
  /** Where handlers may keep content-addressed results between tasks; an absolute path. */
  readonly cacheDir: string
  /** What `run-batch-job` may call, by name: the config's `batchHandlers`. */
  readonly batchHandlers: BatchHandlers
  /** The host's environment variables that the config's `allow.env` names, for builds that depend on them. */
  readonly hostEnv: Readonly<Record<string, string>>
}
