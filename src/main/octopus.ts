import { cwd } from 'node:process'
import type { AnyTask, TaskDefinition } from '../arms/define-task.ts'
import { systemClock } from '../protocol/clock.ts'
import { parseDuration, type Duration } from '../protocol/duration.ts'
import { OctopusError } from '../protocol/errors.ts'
import { isArmId, taskId, type ArmId } from '../protocol/task.ts'
import type { EnqueueOptions, TaskSpec } from '../protocol/task-spec.ts'
import type { Accepted } from './accepted.ts'
import { Catalog } from './catalog.ts'
import { slotsRule, type OctopusOptions } from './config.ts'
import { connect, type ConnectOptions } from './control/connect.ts'
import { OwnerSocket } from './control/owner-socket.ts'
import type { RemoteOctopus } from './control/remote-octopus.ts'
import { runCycle, type CycleOptions, type CycleSummary } from './cycle.ts'
import { Engine, type Recovery, type World } from './engine.ts'
import { enqueueAll, enqueueSpecs } from './enqueue-many.ts'
import { registerFunction, type FunctionRef } from './function-ref.ts'
import type { HostContext } from './host-link.ts'
import { inspectTask, type InspectedTask } from './inspected.ts'
import type { MapOptions } from './map-options.ts'
import { MapRun } from './map-run.ts'
import { checkedSpec } from './prepare.ts'
import { systemRandom } from './randomness.ts'
import { resultOf } from './results.ts'
import { statusOf, type OctopusStatus } from './status.ts'
import type { CancelResult, NewTask, RetryResult, TaskQuery } from './store/store.ts'
import { TaskBatch, TaskHandle, type HandleEngine } from './task-handle.ts'
import type { NeuralMesh } from './trace/neural-mesh.ts'
import type { Listener } from './trace/observe.ts'

/**
 * A durable task engine in this process: eight arms of worker threads over one store.
 *
 * `Octopus.open` recovers what the store holds and dispatches at once. `await using` closes it at the end of the block.
 */
export class Octopus implements AsyncDisposable {
  readonly #engine: Engine
  readonly #handles: HandleEngine
  #socket: OwnerSocket | undefined
  #cycle: Promise<CycleSummary> | undefined

  private constructor(engine: Engine) {
    this.#engine = engine
    this.#handles = {
      result: (accepted, sinceSettled) => resultOf(engine, accepted, sinceSettled),
      cancelTask: (id) => this.cancel(id),
      onProgress: (seq, listener) => engine.completions.onProgress(seq, listener),
      get settledCount() {
        return engine.completions.settledCount
      },
    }
  }

  /**
   * @throws OctopusError E_CONFIG for an option, E_HANDLER_LOAD for a module of tasks, E_STORE_BUSY when another process
   * owns the store (by name), E_STORE_NEWER, E_STORE_CORRUPT, E_STORE_READONLY; nothing was changed then
   */
  static open(options: OctopusOptions | Catalog = {}): Promise<Octopus> {
    return Octopus.openIn(options, { clock: systemClock, random: systemRandom })
  }

  /** @internal The same in a world of a test's own. */
  static async openIn(options: OctopusOptions | Catalog, world: World): Promise<Octopus> {
    const { config, registry } = options instanceof Catalog ? options : await Catalog.load(options)
    const octopus = new Octopus(await Engine.open(config, registry, world))
    await octopus.#begin()
    return octopus
  }

  /**
   * Another process's engine: connects to whoever has this store open, through its socket.
   * @throws OctopusError E_NO_STORE, E_NO_OWNER when nobody has it open, E_SOCKET_FOREIGN, E_SOCKET_VERSION
   */
  static connect(store: string | URL, options?: ConnectOptions): Promise<RemoteOctopus> {
    return connect(store, options)
  }

  /** What opening found: tasks that wait, attempts a dead owner left, and whether the last owner closed the store. */
  get recovered(): Recovery {
    return this.#engine.recovered
  }

  /** What the engine and its hosts remember of attempts. */
  get neuralMesh(): NeuralMesh {
    return this.#engine.mesh
  }

  /**
   * Accepts one task; resolves once it is on disk.
   * @throws OctopusError E_UNKNOWN_TYPE, E_PAYLOAD, E_NOT_JSON, E_TOO_LARGE, E_CONFLICT, E_QUEUE_FULL, E_CLOSED: nothing was enqueued
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
      const accept = (accepted: Accepted): void => resolve(new TaskHandle(this.#handles, accepted))
      const { intake } = this.#engine
      if (isDefinition(task)) return intake.enqueue(task.type, payload, options, accept, reject)
      const { type, payload: own, ...rest } = checkedSpec(task)
      intake.enqueue(type, own, rest, accept, reject)
    })
  }

  /**
   * Accepts many tasks in chunks of 512, each one write; resolves once all are on disk. An invalid payload refuses its
   * whole chunk and ends the call; the error says how many were accepted before.
   *
   * Of an array in which some have `after`, ids may be those of later items too: all of it is ordered first, parents before
   * children, and gets its `level` from the longest chain behind each task.
   * @throws OctopusError as `enqueue`; of such an array E_CYCLE or E_UNKNOWN_TASK before anything is accepted
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
    const { intake } = this.#engine
    const list = isDefinition(first)
      ? await enqueueAll(intake, payloads ?? [], (payload) =>
          intake.prepare(first.type, payload, options),
        )
      : await enqueueSpecs(intake, first, (spec) => this.#prepareSpec(spec))
    return new TaskBatch(this.#handles, list)
  }

  /**
   * One task for each input, through a registered task or an exported function that needs no definition: a path or URL
   * with `#name`, or `{ module, export }`. Inputs may be of any number, and are read as results are taken: `for await`
   * over it holds a bounded window of them. A task that fails is a value among the others; `break` cancels what waits.
   *
   * The iteration throws OctopusError E_USAGE for an export that is not there, E_HANDLER_LOAD for its module, E_CONFLICT
   * for an id that another task has, E_QUEUE_FULL, E_CLOSED.
   */
  map<Input, Payload, Result>(
    task: TaskDefinition<Input, Payload, Result>,
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options?: MapOptions<Input>,
  ): MapRun<Input, Result>
  map<Input, Result = unknown>(
    exported: FunctionRef | URL | string,
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options?: MapOptions<Input>,
  ): MapRun<Input, Result>
  map(
    target: AnyTask | FunctionRef | URL | string,
    inputs: Iterable<unknown> | AsyncIterable<unknown>,
    options: MapOptions<unknown> = {},
  ): MapRun<unknown, unknown> {
    this.#engine.refuseWhen('closing', 'closed', 'failed')
    return new MapRun({
      engine: this.#engine,
      type: () => this.#typeOf(target),
      inputs,
      options,
      cancel: (id) => this.cancel(id),
    })
  }

  /** One task's record with payload, result, attempts and log; undefined when there is none (any more). */
  async get(id: string): Promise<InspectedTask | undefined> {
    this.#engine.refuseWhen('closed', 'failed')
    const record = await this.#engine.store.get(id)
    return record === undefined ? undefined : inspectTask(record)
  }

  /** Records page by page, in the order of acceptance. */
  async list(
    query: TaskQuery = {},
  ): Promise<{ readonly tasks: readonly InspectedTask[]; readonly next: number | undefined }> {
    this.#engine.refuseWhen('closed', 'failed')
    const page = await this.#engine.store.inspect(query)
    return { tasks: page.tasks.map(inspectTask), next: page.next }
  }

  status(): OctopusStatus {
    const { state, store, scheduler, settling, latency, mesh } = this.#engine
    return statusOf({
      state,
      store,
      scheduler,
      settling,
      latency,
      neuralMeshFailures: mesh.hostFailures,
    })
  }

  /** Resolves once the request is on disk; recovery honours it. */
  async cancel(id: string): Promise<CancelResult> {
    const { store, scheduler, completions } = this.#engine
    this.#engine.refuseWhen('closed', 'failed')
    const [result = 'unknown'] = await store.cancel([id])
    const record = result === 'removed' || result === 'running' ? await store.get(id) : undefined
    if (record !== undefined && result === 'running') scheduler.cancel(record.seq)
    if (record?.failure !== undefined && result === 'removed') {
      completions.settled({
        seq: record.seq,
        state: 'cancelled',
        outcome: { kind: 'failed', failure: record.failure },
      })
      this.#engine.settling.cancelled(record.arm)
      this.#engine.observers.tell({ kind: 'task.cancelled', task: record.id })
    }
    this.#engine.intake.left()
    scheduler.checkIdle()
    return result
  }

  /**
   * Gives a task that failed or was cancelled another run, with a full new budget of attempts and without its checkpoint;
   * its history stays. Resolves once that is on disk. `result()` of handles asked from then on waits for the new run.
   * A task that succeeded never runs again.
   */
  async retry(id: string): Promise<RetryResult> {
    this.#engine.refuseWhen('closing', 'closed', 'failed')
    const [result = 'unknown'] = await this.#engine.store.retry([id])
    if (result === 'retried')
      this.#engine.observers.tell({ kind: 'task.retried', task: taskId(id) })
    return result
  }

  /** Dispatches from now on: for engines opened with `autostart: false`, once everything is in place. */
  start(): void {
    this.#engine.refuseWhen('closing', 'closed', 'failed')
    this.#engine.scheduler.start()
  }

  /** Starts nothing more on the arm, or on any; what runs goes on. */
  pause(arm?: ArmId): void {
    for (const id of this.#arms(arm)) {
      this.#engine.scheduler.pause(id)
      this.#armChanged(id)
    }
  }

  resume(arm?: ArmId): void {
    for (const id of this.#arms(arm)) {
      this.#engine.scheduler.resume(id)
      this.#armChanged(id)
    }
  }

  /** Changes an arm while it runs. What runs is not disturbed. */
  setArm(arm: ArmId, change: { readonly maxParallel?: number; readonly enabled?: boolean }): void {
    const [id] = this.#arms(arm)
    if (id === undefined) return
    const { maxParallel, enabled } = change
    this.#engine.scheduler.setArm(id, {
      ...(maxParallel === undefined ? {} : { slots: slotsRule('maxParallel', maxParallel) }),
      ...(enabled === undefined ? {} : { enabled }),
    })
    this.#armChanged(id)
  }

  /** Adds a task type while the engine runs. `module` is where threads find the exported definition. */
  register(task: AnyTask, module?: { readonly url: string; readonly exportName: string }): void {
    this.#engine.registry.add(task, module)
    this.#engine.store.reconsider()
  }

  /** Types that can be enqueued. */
  types(): readonly string[] {
    return this.#engine.registry.types()
  }

  /** Host services that handlers may call from now on; a host's neuralMesh is told of every attempt. */
  serve(context: HostContext): void {
    this.#engine.serve(context)
  }

  /**
   * One cycle: what is ready now runs until it is settled (or `waitMs` is over); what becomes ready meanwhile waits for
   * the next. Overlapping calls join the cycle under way.
   */
  async run(context?: HostContext, options: CycleOptions = {}): Promise<CycleSummary> {
    this.#engine.refuseWhen('closing', 'closed', 'failed')
    if (context !== undefined) this.#engine.serve(context)
    this.#cycle ??= runCycle(this.#engine, systemClock, options).finally(() => {
      this.#cycle = undefined
    })
    return this.#cycle
  }

  /** Everything the engine tells while it runs. Returns the way to stop watching. */
  watch(listener: Listener): () => void {
    return this.#engine.observers.watch(listener)
  }

  /** Resolves when nothing is ready or running. Paused and disabled arms are not waited for, nor is what is due later. */
  async drain(): Promise<void> {
    this.#engine.refuseWhen('closing', 'closed', 'failed')
    this.#engine.markDraining()
    await this.#engine.scheduler.whenIdle()
    this.#engine.markOpen()
    if (this.#engine.failure !== undefined) throw this.#engine.failure
  }

  /**
   * Stops starting, waits up to `grace` (default 10 s) for what runs, then asks it to stop and hands it back, uncharged.
   * Everything acknowledged stays in the store.
   */
  async close(options: { readonly grace?: Duration } = {}): Promise<void> {
    const graceMs = parseDuration(options.grace ?? '10s', 'grace')
    this.#socket?.leave()
    await this.#engine.close(graceMs)
    this.#socket?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #typeOf(target: AnyTask | FunctionRef | URL | string): string | Promise<string> {
    if (typeof target === 'object' && isDefinition(target)) return target.type
    const { registry, config, store } = this.#engine
    const home = { registry, loadMs: config.loadMs, clock: systemClock, cwd: cwd() }
    return registerFunction(target, home).finally(() => store.reconsider())
  }

  /** The door opens before anything is dispatched: an engine that cannot have one has done nothing yet. */
  async #begin(): Promise<void> {
    const { config, scheduler } = this.#engine
    try {
      if (config.socket && config.store.kind === 'sqlite')
        this.#socket = await OwnerSocket.listen(this.#engine, this, config.store.path)
    } catch (error) {
      await this.#engine.close(0)
      throw error
    }
    if (config.autostart) scheduler.start()
  }

  #prepareSpec(spec: TaskSpec): NewTask | Promise<NewTask> {
    const { type, payload, ...options } = checkedSpec(spec)
    return this.#engine.intake.prepare(type, payload, options)
  }

  #arms(arm: ArmId | undefined): readonly ArmId[] {
    if (arm === undefined) return this.#engine.config.arms.map(({ id }) => id)
    if (isArmId(arm)) return [arm]
    throw new OctopusError('E_UNKNOWN_ARM', `there is no arm '${String(arm)}'`, {
      hint: 'See status().arms.',
    })
  }

  #armChanged(arm: ArmId): void {
    const { enabled, paused, slots } = this.#engine.scheduler.state(arm)
    this.#engine.observers.tell({ kind: 'arm.changed', arm, enabled, paused, maxParallel: slots })
  }
}

// A spec may name an arm too; only a definition has what a thread runs.
function isDefinition(value: object): value is AnyTask {
  return 'run' in value || 'handler' in value
}
