import { isTaskDefinition } from '../arms/define-task.ts'
import type { EnqueueArguments, TaskContext } from '../arms/task-context.ts'
import { systemClock } from '../protocol/clock.ts'
import { HOST_SERVICES } from '../protocol/host.ts'
import type { HostService, LogLevel, LogLine, Progress } from '../protocol/host.ts'
import { fromPayloadBytes, toPayloadBytes } from '../protocol/json.ts'
import { taskId, type Json, type Payload } from '../protocol/task.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import type { HostContext } from '../main/index.ts'

const CHECKPOINT_BYTES_MAX = 65_536
const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024

/** What a handler said while it ran. */
export interface Recorded {
  readonly logs: readonly LogLine[]
  readonly progress: readonly Progress[]
  readonly checkpoints: readonly Json[]
  /** What it enqueued; nothing where it failed, as in an engine. */
  readonly enqueued: readonly TaskSpec[]
}

/** Parts of the context that a test gives; the rest is as in an engine that was opened without options. */
export interface ContextParts {
  readonly id?: string
  /** Counted from 1. */
  readonly attempt?: number
  readonly signal?: AbortSignal
  /** Stand-ins of the host's services. The handler sees those that its definition declares. */
  readonly host?: HostContext
  readonly lastCheckpoint?: Json
  /** Results of the tasks it waited for, by id. */
  readonly parents?: Readonly<Record<string, unknown>>
  /** Results of its parts, for a task that split before. */
  readonly parts?: readonly Payload[]
  /** Stands in for child processes; without it, starting one is an error. */
  readonly spawn?: TaskContext['spawn']
  readonly grants?: Partial<TaskContext['grants']>
  readonly cacheDir?: string
  readonly batchHandlers?: TaskContext['batchHandlers']
  readonly hostEnv?: Readonly<Record<string, string>>
}

/** A context that keeps what the handler says, with values crossing as they cross threads: cloned or as JSON. */
export class RecordedContext {
  readonly logs: LogLine[] = []
  readonly progress: Progress[] = []
  readonly checkpoints: Json[] = []
  readonly enqueued: TaskSpec[] = []
  readonly context: TaskContext

  constructor(type: string, declared: readonly string[], folder: string, parts: ContextParts) {
    this.context = {
      id: taskId(parts.id ?? 'test'),
      type,
      attempt: parts.attempt ?? 1,
      threadId: 0,
      signal: parts.signal ?? new AbortController().signal,
      progress: (done, total, note) => void this.progress.push(progressOf(done, total, note)),
      log: {
        debug: (text) => this.#write('debug', text),
        info: (text) => this.#write('info', text),
        warn: (text) => this.#write('warn', text),
        error: (text) => this.#write('error', text),
      },
      host: standIns(parts.host ?? {}, declared),
      spawn: parts.spawn ?? refuseSpawn,
      enqueue: (...called: EnqueueArguments) => Promise.try(() => this.#enqueue(called)),
      checkpoint: (value) => Promise.try(() => this.#checkpoint(value)),
      lastCheckpoint: parts.lastCheckpoint,
      parents: parts.parents ?? {},
      parts: parts.parts,
      grants: { read: [folder], write: [folder], exec: [], ...parts.grants },
      cacheDir: parts.cacheDir ?? folder,
      batchHandlers: parts.batchHandlers ?? {},
      hostEnv: parts.hostEnv ?? {},
    }
  }

  #write(level: LogLevel, text: unknown): void {
    this.logs.push({ atMs: systemClock.wallMs(), level, text: String(text) })
  }

  #enqueue([task, payload, options]: EnqueueArguments): void {
    const whole = typeof task === 'object' && !isTaskDefinition(task)
    const type = typeof task === 'string' ? task : task.type
    const spec: TaskSpec = whole ? { ...task } : { ...options, type, payload }
    const bytes = toPayloadBytes(spec.payload ?? null, PAYLOAD_BYTES_MAX, 'payload')
    this.enqueued.push({ ...spec, payload: fromPayloadBytes(bytes) })
  }

  #checkpoint(value: Json): void {
    const kept = fromPayloadBytes(toPayloadBytes(value, CHECKPOINT_BYTES_MAX, 'checkpoint'))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was JSON before is JSON
    this.checkpoints.push(kept as Json)
  }
}

function progressOf(done: number, total?: number, note?: string): Progress {
  return {
    done,
    ...(total === undefined ? {} : { total }),
    ...(note === undefined ? {} : { note }),
  }
}

function refuseSpawn(): Promise<never> {
  return Promise.reject(new Error('no child process in this test: pass a stand-in as `spawn`'))
}

function standIns(given: HostContext, declared: readonly string[]): TaskContext['host'] {
  const names = HOST_SERVICES.filter((name) => declared.includes(name) && given[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, standIn(name, given[name])]))
}

// As over the line between threads: arguments and answers are clones, every method answers with a promise.
function standIn(name: string, service: unknown): HostService {
  return new Proxy<HostService>(
    {},
    {
      get:
        (_, method) =>
        async (...args: readonly unknown[]): Promise<unknown> => {
          const member: unknown = isObject(service) ? Reflect.get(service, method) : undefined
          if (typeof member !== 'function')
            throw new Error(`${name} has no method '${String(method)}'`)
          const answer: unknown = await Reflect.apply(member, service, structuredClone(args))
          return structuredClone(answer)
        },
    },
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
