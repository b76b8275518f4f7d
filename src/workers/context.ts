import { threadId } from 'node:worker_threads'
import type { HostServices, LogLevel, Progress } from '../protocol/host.ts'
import { systemClock } from '../protocol/clock.ts'
import { toPayloadBytes, fromPayloadBytes } from '../protocol/json.ts'
import { decodePartResults } from '../protocol/part-results.ts'
import { mintId, taskId, type Json, type Payload, type TaskId } from '../protocol/task.ts'
import type { AbortMessage, ThreadData } from '../protocol/thread-messages.ts'
import type { EnqueueArguments, TaskContext } from '../arms/task-context.ts'
import { enqueueFrom } from './enqueue.ts'
import { hostServices, listenForAborts, threadHost } from './host-link.ts'
import { parentsOf } from './parents.ts'
import type { TaskRun } from './task-run.ts'

const CHECKPOINT_BYTES_MAX = 65_536
const PROGRESS_EVERY_MS = 100
const LOG_LINES_MAX = 1_000
const LOG_CHARACTERS_MAX = 4_096

/** A handler's view of the outside. Everything costly is made on first use. */
export class RunContext implements TaskContext {
  readonly #run: TaskRun
  readonly #data: ThreadData
  readonly #services: readonly string[]
  #host: HostServices | undefined
  #log: Readonly<Record<LogLevel, (text: string) => void>> | undefined
  #parents: Readonly<Record<string, unknown>> | undefined
  #logLines = 0
  #parts: readonly Payload[] | undefined
  #progressAtMs = -Infinity

  constructor(run: TaskRun, data: ThreadData, services: readonly string[]) {
    this.#run = run
    this.#data = data
    this.#services = services
  }

  get id(): TaskId {
    const { task, seq } = this.#run.assignment
    return task.id === undefined ? mintId(seq) : taskId(task.id)
  }

  get type(): string {
    return this.#run.assignment.task.type
  }

  get attempt(): number {
    const { attempt, attemptsBefore } = this.#run.assignment
    return attempt - attemptsBefore
  }

  get threadId(): number {
    return threadId
  }

  get signal(): AbortSignal {
    const signal = this.#run.signal()
    listenForAborts(abortCurrent)
    return signal
  }

  get host(): HostServices {
    return (this.#host ??= hostServices(this.#token, this.#services))
  }

  get log(): Readonly<Record<LogLevel, (text: string) => void>> {
    return (this.#log ??= {
      debug: (text) => this.#write('debug', text),
      info: (text) => this.#write('info', text),
      warn: (text) => this.#write('warn', text),
      error: (text) => this.#write('error', text),
    })
  }

  get lastCheckpoint(): Json | undefined {
    const { checkpoint } = this.#run.assignment
    if (checkpoint === undefined) return undefined
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `checkpoint` let nothing but JSON in
    return fromPayloadBytes({ bytes: checkpoint, binary: false }) as Json
  }

  get parents(): Readonly<Record<string, unknown>> {
    return (this.#parents ??= parentsOf(this.#run.assignment.parents))
  }

  get parts(): readonly Payload[] | undefined {
    const { parts } = this.#run.assignment
    if (parts === undefined) return undefined
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- results are JSON or bytes: nothing else was let in
    return (this.#parts ??= decodePartResults(parts)?.map(fromPayloadBytes) as Payload[])
  }

  get grants(): ThreadData['grants'] {
    return this.#data.grants
  }

  get cacheDir(): string {
    return this.#data.cacheDir
  }

  get batchHandlers(): ThreadData['batchHandlers'] {
    return this.#data.batchHandlers
  }

  get hostEnv(): ThreadData['hostEnv'] {
    return this.#data.hostEnv
  }

  // Getters, because handlers take what they need apart: `run(payload, { progress, spawn })`.
  get progress(): TaskContext['progress'] {
    return (done, total, note) => this.#progress(done, total, note)
  }

  get spawn(): TaskContext['spawn'] {
    return (request) => threadHost().spawn(this.#token, request)
  }

  get enqueue(): TaskContext['enqueue'] {
    return (...called: EnqueueArguments) => enqueueFrom(this.#run, called)
  }

  get checkpoint(): TaskContext['checkpoint'] {
    return (value) => this.#checkpoint(value)
  }

  #progress(done: number, total?: number, note?: string): void {
    const progress = {
      done,
      ...(total === undefined ? {} : { total }),
      ...(note === undefined ? {} : { note }),
    }
    const nowMs = systemClock.monotonicMs()
    const early = nowMs - this.#progressAtMs < PROGRESS_EVERY_MS && done !== total
    this.#run.lastWord = early ? () => this.#tell(progress) : undefined
    if (early) return
    this.#progressAtMs = nowMs
    this.#tell(progress)
  }

  #tell(progress: Progress): void {
    const { seq, attempt } = this.#token
    this.#run.reports.progress(seq, attempt, progress)
  }

  async #checkpoint(value: Json): Promise<void> {
    const { bytes } = toPayloadBytes(value, CHECKPOINT_BYTES_MAX, 'checkpoint')
    await threadHost().checkpoint(this.#token, bytes)
  }

  #write(level: LogLevel, text: unknown): void {
    this.#logLines += 1
    if (this.#logLines > LOG_LINES_MAX) return
    const whole = String(text)
    const cut = whole.length > LOG_CHARACTERS_MAX ? `${whole.slice(0, LOG_CHARACTERS_MAX)}…` : whole
    this.#run.log({
      atMs: systemClock.wallMs(),
      level,
      text: this.#logLines === LOG_LINES_MAX ? LOG_CUT : cut,
    })
  }

  get #token(): { readonly seq: number; readonly attempt: number } {
    const { seq, attempt } = this.#run.assignment
    return { seq, attempt }
  }
}

const LOG_CUT = `… no more than ${LOG_LINES_MAX} lines are kept of one attempt`

/** The run an abort may be meant for; a thread runs one task at a time. */
let abortable: TaskRun | undefined

export function makeAbortable(run: TaskRun | undefined): void {
  abortable = run
}

function abortCurrent(message: AbortMessage): void {
  if (abortable?.assignment.seq === message.seq) abortable.abort(message.reason)
}
