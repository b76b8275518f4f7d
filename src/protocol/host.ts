import type { ErrorCode } from './errors.ts'
import type { TaskSpec } from './task-spec.ts'

/**
 * What a handler may ask of the main thread. The services live on main; a thread reaches them over Comlink, about
 * 30 µs a call: for control, never per item.
 */
export const HOST_SERVICES = [
  'dreamOps',
  'deployKeeper',
  'envKeeper',
  'haloLoop',
  'neuralMesh',
  'quantumAnticipation',
  'squadAlchemy',
  'wolfPack',
] as const

export type HostServiceName = (typeof HOST_SERVICES)[number]

/** A host service as a handler sees it: every method answers with a promise, arguments and results are cloned. */
export interface HostService {
  readonly [method: string]: (...args: readonly unknown[]) => Promise<unknown>
}

/** Only what the host passed and the task's definition asked for is there; a missing service is absent. */
export type HostServices = { readonly [Name in HostServiceName]?: HostService }

/** A child process for `ctx.spawn`: an argv array, never a shell line. */
export interface SpawnRequest {
  readonly argv: readonly [program: string, ...args: string[]]
  readonly cwd?: string
  /** The child's whole environment beside PATH, HOME, LANG and TMPDIR; nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdinFile?: string
  readonly timeoutMs?: number
  /** Kept from the end of each stream, in bytes. Default 16 KiB. */
  readonly tailBytes?: number
}

export interface SpawnResult {
  readonly pid: number
  readonly code: number | null
  readonly signal: string | null
  readonly stdoutTail: string
  readonly stderrTail: string
  /** Bytes written in all, so that a cut tail can be told from a short output. */
  readonly stdoutBytes: number
  readonly stderrBytes: number
  readonly ms: number
  readonly timedOut: boolean
}

/** Where built-in handlers may read, write and which programs they may start. Absolute paths; programs by name. */
export interface Grants {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly exec: readonly string[]
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** How a handler writes lines that are kept with its task. */
export type TaskLog = Readonly<Record<LogLevel, (text: string) => void>>

export interface LogLine {
  readonly atMs: number
  readonly level: LogLevel
  readonly text: string
}

export interface Progress {
  readonly done: number
  readonly total?: number
  readonly note?: string
}

/** Which attempt asks: main refuses what comes from one that is over. */
export interface AttemptToken {
  readonly seq: number
  readonly attempt: number
}

/** A part as it was given; what is missing in it is the whole's. */
export type PartSpec = Partial<TaskSpec>

/** An error as a value: its own fields would be lost on the way. */
export type EnqueueAnswer =
  | { readonly kind: 'held' }
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly message: string
      readonly hint: string | undefined
      readonly task: string | undefined
    }

/** What main answers to a thread, over Comlink. */
export interface ThreadHost {
  spawn(token: AttemptToken, request: SpawnRequest): Promise<SpawnResult>
  checkpoint(token: AttemptToken, value: Uint8Array): Promise<void>
  /** Checks the task and holds it for the attempt's success. */
  enqueue(token: AttemptToken, spec: TaskSpec): Promise<EnqueueAnswer>
  /** Checks the parts that the attempt ends in, and holds them for its end. */
  split(token: AttemptToken, parts: readonly PartSpec[]): Promise<EnqueueAnswer>
  call(
    token: AttemptToken,
    service: HostServiceName,
    method: string,
    args: readonly unknown[],
  ): Promise<unknown>
}
