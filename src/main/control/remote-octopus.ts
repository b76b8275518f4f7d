import type { AnyTask, TaskDefinition } from '../../arms/define-task.ts'
import type { Clock } from '../../protocol/clock.ts'
import type { AnswerBody } from '../../protocol/control-frame.ts'
import type { Progress } from '../../protocol/host.ts'
import { fromPayloadBytes, toPayloadBytes } from '../../protocol/json.ts'
import { taskId, type ArmId } from '../../protocol/task.ts'
import type { EnqueueOptions, TaskSpec } from '../../protocol/task-spec.ts'
import type { Accepted } from '../accepted.ts'
import { TaskFailedError } from '../completions.ts'
import { enqueueLinked } from '../enqueue-many.ts'
import type { InspectedTask } from '../inspected.ts'
import { randomTag } from '../randomness.ts'
import type { OctopusStatus } from '../status.ts'
import type { CancelResult, RetryResult, TaskQuery } from '../store/store.ts'
import { TaskBatch, TaskHandle, type HandleEngine } from '../task-handle.ts'
import type { Calls } from './calls.ts'
import { ClientIds } from './client-ids.ts'
import type { ArmChange, TaskPage } from './desk.ts'
import { Enqueuer } from './enqueuer.ts'
import { eventFrom } from './event.ts'
import { errorOf, unexpected } from './fault.ts'
import type { Line } from './line.ts'
import { OwnerCounts } from './owner-counts.ts'
import { taskFrom } from './record.ts'
import { enqueueRemotely, type WireTask } from './remote-enqueue-many.ts'
import type { RemoteEvent, WatchOptions } from './remote-event.ts'

/**
 * The engine of another process, through its socket: what `Octopus` has, under the same names and in the same shapes, as
 * promises. Handlers run over there; typed task definitions serve for types alone.
 *
 * When the owner leaves, its successor is looked for and asked everything that has no answer yet. Nothing that was
 * acknowledged is lost, and a task that is sent twice is one task: one without an id of its caller's gets one here.
 */
export class RemoteOctopus implements AsyncDisposable {
  readonly #calls: Calls
  readonly #enqueuer: Enqueuer
  readonly #ids: ClientIds
  readonly #handles: HandleEngine
  readonly #counts = new OwnerCounts()
  #owner: Line['owner']

  /** @internal */
  constructor(calls: Calls, first: Line, clock: Clock) {
    this.#calls = calls
    this.#owner = first.owner
    this.#enqueuer = new Enqueuer(calls)
    this.#ids = new ClientIds(randomTag(), () => clock.wallMs())
    const counts = this.#counts
    this.#handles = {
      result: (accepted, sinceSettled) => this.#end(accepted, sinceSettled),
      cancelTask: (id) => this.cancel(id),
      onProgress: (seq, listener) => this.#onProgress(seq, listener),
      get settledCount() {
        return counts.latest
      },
    }
  }

  /** Who owns the store, or did when it was last heard of. */
  get owner(): { readonly pid: number; readonly version: string } {
    this.#owner = this.#calls.line?.owner ?? this.#owner
    return { pid: this.#owner.pid, version: this.#owner.engine }
  }

  /**
   * Accepts one task; resolves once it is on the owner's disk.
   * @throws OctopusError as `Octopus.enqueue`; E_NO_OWNER when the owner left and no other came in time: then the task may
   * or may not have been accepted, and to enqueue it again with the same id is safe
   */
  enqueue<Input, Payload, Result>(
    task: TaskDefinition<Input, Payload, Result>,
    payload: Input,
    options?: EnqueueOptions,
  ): Promise<TaskHandle<Result>>
  enqueue(task: TaskSpec): Promise<TaskHandle>
  enqueue(
    task: AnyTask | TaskSpec,
    payload?: unknown,
    options?: EnqueueOptions,
  ): Promise<TaskHandle> {
    return new Promise((resolve, reject) => {
      const { id, wire } = isDefinition(task)
        ? this.#wireTask(task.type, payload, options)
        : this.#wireSpec(task)
      this.#enqueuer.enqueue({
        task: wire,
        reject,
        accept: ({ seq, created, settledCount }) => {
          this.#counts.heard(this.#calls.line, settledCount)
          resolve(new TaskHandle(this.#handles, { seq, named: taskId(id), created }))
        },
      })
    })
  }

  /**
   * Accepts many tasks in chunks of at most 512 and about 1 MiB; resolves once all are on disk. An invalid payload refuses
   * its whole chunk and ends the call; the error says how many were accepted before. An array whose tasks wait for each
   * other is ordered first, as `Octopus.enqueueMany` does.
   */
  async enqueueMany<Input, Payload, Result>(
    task: TaskDefinition<Input, Payload, Result>,
    payloads: Iterable<Input> | AsyncIterable<Input>,
    options?: Omit<EnqueueOptions, 'id'>,
  ): Promise<TaskBatch<Result>>
  async enqueueMany(tasks: Iterable<TaskSpec> | AsyncIterable<TaskSpec>): Promise<TaskBatch>
  async enqueueMany(
    first: AnyTask | Iterable<TaskSpec> | AsyncIterable<TaskSpec>,
    payloads?: Iterable<unknown> | AsyncIterable<unknown>,
    options?: EnqueueOptions,
  ): Promise<TaskBatch> {
    const list = isDefinition(first)
      ? await enqueueRemotely(this.#enqueuer, payloads ?? [], (payload) =>
          this.#wireTask(first.type, payload, options),
        )
      : await enqueueLinked(
          first,
          (ids) => this.#known(ids),
          (specs, placeOf) =>
            enqueueRemotely(this.#enqueuer, specs, (spec) => this.#wireSpec(spec), placeOf),
        )
    return new TaskBatch(this.#handles, list)
  }

  /**
   * The result of a task by its id, once it has ended for good; waits for one that has not.
   * @throws TaskFailedError when it failed for good or was cancelled, OctopusError E_UNKNOWN_TASK
   */
  async result(id: string): Promise<unknown> {
    return this.#end({ seq: 0, named: taskId(id), created: false }, -1)
  }

  /** One task's record with payload, result, attempts and log; undefined when there is none (any more). */
  async get(id: string): Promise<InspectedTask | undefined> {
    return (await this.#records('get', [id])).tasks[0]
  }

  /** Records page by page, in the order of acceptance. A page of large records is shorter than its limit. */
  list(query: TaskQuery = {}): Promise<TaskPage> {
    return this.#records('list', [query])
  }

  status(): Promise<OctopusStatus> {
    return this.#json('status')
  }

  /** Types that can be enqueued. */
  types(): Promise<readonly string[]> {
    return this.#json('types')
  }

  /** Resolves once the request is on disk; recovery honours it. */
  cancel(id: string): Promise<CancelResult> {
    return this.#json('cancel', id)
  }

  /**
   * Another run for a task that failed or was cancelled, as `Octopus.retry`. The one call that is not the same when it is
   * sent twice: when the owner leaves before it answers, a task that failed again in between gets one run more.
   */
  retry(id: string): Promise<RetryResult> {
    return this.#json('retry', id)
  }

  /** Dispatches from now on: for owners opened with `autostart: false`. */
  async start(): Promise<void> {
    await this.#json('start')
  }

  /** Starts nothing more on the arm, or on any; what runs goes on. */
  async pause(arm?: ArmId): Promise<void> {
    await this.#json('pause', arm)
  }

  async resume(arm?: ArmId): Promise<void> {
    await this.#json('resume', arm)
  }

  /** Changes an arm while it runs. What runs is not disturbed. */
  async setArm(arm: ArmId, change: ArmChange): Promise<void> {
    await this.#json('setArm', arm, change)
  }

  /** Resolves when nothing is ready or running at the owner. */
  async drain(): Promise<void> {
    await this.#json('drain')
  }

  /**
   * What the engine tells while it runs, and when its owner goes and another comes: what happened between was not seen.
   * A watcher that is read too slowly loses progress first, then its connection. Returns the way to stop watching.
   */
  watch(listener: (event: RemoteEvent) => void, options: WatchOptions = {}): () => void {
    const number = this.#calls.start({
      body: { kind: 'watch', kinds: options.kinds ?? [] },
      holds: true,
      heard: (answer) => {
        if (answer.kind === 'event') listener(eventFrom(answer))
        return answer.kind === 'fault'
      },
      failed: (error) => listener({ kind: 'owner.gone', error }),
      lost: () => listener({ kind: 'owner.lost', pid: this.#owner.pid }),
      found: () => listener({ kind: 'owner.found', pid: this.owner.pid }),
    })
    return () => this.#calls.stop(number)
  }

  /** Ends the connection. What was acknowledged stays with the owner; what was not is refused with E_CLOSED. */
  async close(): Promise<void> {
    this.#calls.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #known(ids: readonly string[]): Promise<(id: string) => boolean> {
    const known = new Set(await this.#json<readonly string[]>('known', ids))
    return (id) => known.has(id)
  }

  #wireSpec({ type, payload, ...options }: TaskSpec): WireTask {
    return this.#wireTask(type, payload, options)
  }

  #wireTask(type: string, payload: unknown, options: EnqueueOptions = {}): WireTask {
    const id = options.id ?? this.#ids.next()
    const { runAt, createdAt } = options
    const said = {
      ...options,
      id,
      ...(runAt === undefined ? {} : { runAt: Number(runAt) }),
      ...(createdAt === undefined ? {} : { createdAt: Number(createdAt) }),
    }
    const bytes = toPayloadBytes(payload, this.#owner.payloadBytesMax, 'payload')
    return { id, wire: { type, payload: bytes, options: JSON.stringify(said) } }
  }

  async #end({ seq, named }: Accepted, sinceSettled: number): Promise<unknown> {
    const since = this.#counts.ofOwner(this.#calls.line, sinceSettled)
    const answer = await this.#calls.ask({
      kind: 'end',
      task: { seq, id: named, sinceSettled: since },
    })
    if (answer.kind === 'succeeded') return fromPayloadBytes(answer.result)
    if (answer.kind === 'failed')
      throw new TaskFailedError(taskId(named ?? ''), answer.state, answer.failure)
    throw answer.kind === 'fault' ? errorOf(answer.fault) : unexpected(answer)
  }

  #onProgress(seq: number, listener: (progress: Progress) => void): () => void {
    const number = this.#calls.start({
      body: { kind: 'progress', task: { seq, id: undefined, sinceSettled: -1 } },
      holds: false,
      heard(answer) {
        if (answer.kind === 'progress') listener(answer.progress)
        return answer.kind === 'fault'
      },
      // Progress is for watching: its end is no news, the result has that.
      failed: () => undefined,
    })
    return () => this.#calls.stop(number)
  }

  async #ask(question: string, args: readonly unknown[]): Promise<AnswerBody> {
    const answer = await this.#calls.ask({ kind: 'ask', question, args: JSON.stringify(args) })
    if (answer.kind === 'fault') throw errorOf(answer.fault)
    return answer
  }

  async #json<T>(question: string, ...args: readonly unknown[]): Promise<T> {
    const answer = await this.#ask(question, args)
    if (answer.kind !== 'json') throw unexpected(answer)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the owner speaks our protocol: this is what its Octopus said
    return JSON.parse(answer.json) as T
  }

  async #records(question: string, args: readonly unknown[]): Promise<TaskPage> {
    const answer = await this.#ask(question, args)
    if (answer.kind !== 'records') throw unexpected(answer)
    return { tasks: answer.records.map(taskFrom), next: answer.next }
  }
}

// A spec may name an arm too; only a definition has what a thread runs.
function isDefinition(value: object): value is AnyTask {
  return 'run' in value || 'handler' in value
}
