import type { Grants, HostServices, SpawnRequest, SpawnResult, TaskLog } from '../protocol/host.ts'
import type { Json, TaskId } from '../protocol/task.ts'
import type { BatchHandlers } from './batch-handler.ts'

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
  /** Keeps a JSON value of at most 64 KiB for the next attempt; resolves once it is as durable as the store. */
  readonly checkpoint: (value: Json) => Promise<void>
  /** What the last `checkpoint` of an earlier attempt kept, undefined without one. */
  readonly lastCheckpoint: Json | undefined
  /** Paths and programs that built-in handlers are confined to. */
  readonly grants: Grants
  /** Where handlers may keep content-addressed results between tasks; an absolute path. */
  readonly cacheDir: string
  /** What `run-batch-job` may call, by name: the config's `batchHandlers`. */
  readonly batchHandlers: BatchHandlers
  /** The host's environment variables that the config's `allow.env` names, for builds that depend on them. */
  readonly hostEnv: Readonly<Record<string, string>>
}
