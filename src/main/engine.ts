import { pathToFileURL } from 'node:url'
import { systemClock, type Clock } from '../protocol/clock.ts'
import { OctopusError } from '../protocol/errors.ts'
import { HOST_SERVICES, type Progress } from '../protocol/host.ts'
import { byArm, mintId, type ArmId } from '../protocol/task.ts'
import type { ThreadData, ThreadMessage } from '../protocol/thread-messages.ts'
import { ArmPool, type PoolEvents } from './arm-pool.ts'
import { Children } from './children.ts'
import { Completions } from './completions.ts'
import type { ArmConfig, Config } from './config.ts'
import { CHILD_ENV_NAMES, environmentOf } from './environment.ts'
import { HostLink, type HostContext } from './host-link.ts'
import { Intake } from './intake.ts'
import { makeStore } from './open-store.ts'
import { Outbox } from './outbox.ts'
import { endOf } from './recovery.ts'
import { armDisabled, wantedArms } from './prepare.ts'
import type { RegisteredTask, TaskRegistry } from './registry.ts'
import { route } from './router.ts'
import { runRules } from './run-rules.ts'
import { Scheduler } from './scheduler.ts'
import { idOf, Settling } from './settling.ts'
import type { EngineState } from './status.ts'
import type { OpenedStore, TaskStore } from './store/store.ts'
import { Latency } from './trace/latency.ts'
import { NeuralMesh, type NeuralMeshLike } from './trace/neural-mesh.ts'
import { Observers } from './trace/observe.ts'

/**
 * What time and chance are; tests turn their own. Threads always go by the machine's clock, and so does main wherever it
 * compares with what they say.
 */
export interface World {
  /** Says what is due, and when things happened. */
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
}

/** What opening the store found. */
export type Recovery = Pick<OpenedStore, 'pending' | 'interrupted' | 'clean'>

/** The parts of one engine, wired together; each does its own work. */
export class Engine {
  readonly config: Config
  readonly registry: TaskRegistry
  readonly store: TaskStore
  readonly scheduler: Scheduler
  readonly settling: Settling
  readonly intake: Intake
  readonly mesh: NeuralMesh
  readonly completions = new Completions()
  readonly observers = new Observers()
  readonly latency = new Latency()
  readonly #children: Children
  readonly #outbox: Outbox
  readonly #hostLink: HostLink
  readonly #pools: Record<ArmId, ArmPool>
  #context: HostContext = {}
  #state: EngineState = 'open'
  #failure: Error | undefined
  #recovered: Recovery = { pending: 0, interrupted: 0, clean: true }
  #closing: Promise<void> | undefined

  private constructor(config: Config, registry: TaskRegistry, world: World) {
    const { clock, random } = world
    this.config = config
    this.registry = registry
    this.store = makeStore(config, clock, (type, arm) => registry.serves(type, arm))
    this.mesh = new NeuralMesh(this.store, () => clock.wallMs())
    this.#children = new Children(systemClock, environmentOf(CHILD_ENV_NAMES))
    this.#hostLink = this.#makeHostLink()
    const preparing = {
      registry,
      clock,
      payloadBytesMax: config.payloadBytesMax,
      route: (task: RegisteredTask, wanted: ArmId | undefined) => this.#route(task, wanted),
    }
    this.#outbox = new Outbox({
      ...preparing,
      store: this.store,
      running: ({ seq, attempt }) => this.scheduler.running(seq, attempt),
    })
    this.settling = new Settling({
      store: this.store,
      registry,
      mesh: this.mesh,
      completions: this.completions,
      observers: this.observers,
      latency: this.latency,
      outbox: this.#outbox,
      clock,
      random,
    })
    this.#pools = this.#makePools(undefined)
    this.scheduler = this.#makeScheduler()
    this.intake = new Intake({
      ...preparing,
      store: this.store,
      queueDepthMax: config.queueDepthMax,
      whenFull: config.whenFull,
    })
  }

  /** Opens the store and recovers what a dead owner left; nothing is dispatched yet. */
  static async open(config: Config, registry: TaskRegistry, world: World): Promise<Engine> {
    const engine = new Engine(config, registry, world)
    await engine.#open()
    return engine
  }

  get state(): EngineState {
    return this.#state
  }

  get recovered(): Recovery {
    return this.#recovered
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  /** Services that handlers may call, and the mesh that stands in for ours, from now on. */
  serve(context: HostContext): void {
    this.#context = context
    this.#hostLink.serve(context)
    this.mesh.standIn(isMesh(context.neuralMesh) ? context.neuralMesh : undefined)
  }

  markDraining(): void {
    if (this.#state === 'open') this.#state = 'draining'
    this.observers.tell({ kind: 'engine.draining' })
  }

  markOpen(): void {
    if (this.#state === 'draining') this.#state = 'open'
  }

  /** @throws in these states: E_CLOSED, or what made the engine fail */
  refuseWhen(...states: readonly EngineState[]): void {
    if (states.includes(this.#state)) throw this.#failure ?? closedError()
  }

  /** Stops starting, waits for what runs, hands back what is still running then, and lets go of store and threads. */
  close(graceMs: number): Promise<void> {
    return (this.#closing ??= this.#close(graceMs))
  }

  async #close(graceMs: number): Promise<void> {
    const failed = this.#state === 'failed'
    this.#state = 'closing'
    this.intake.close(closedError())
    this.scheduler.stop()
    if (!failed) await this.#quiet(graceMs)
    this.#children.killAll()
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close()))
    await this.store.close()
    this.#state = failed ? 'failed' : 'closed'
    this.completions.rejectAll(this.#failure ?? closedError())
    this.observers.tell({ kind: 'engine.closed' })
  }

  /** The store can no longer keep its promises: nothing goes on as if it could. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error instanceof Error ? error : new Error(String(error))
    if (this.#state !== 'closing') this.#state = 'failed'
    this.intake.close(asOctopusError(this.#failure))
    this.scheduler.stop()
    this.completions.rejectAll(this.#failure)
    this.observers.tell({ kind: 'engine.failed', error: this.#failure })
  }

  async #open(): Promise<void> {
    this.store.onWake((arm) => this.scheduler.wake(arm))
    this.store.onFailure((error) => this.fail(error))
    this.store.onVerdict((verdicts) => this.scheduler.settle(verdicts.map(endOf)))
    this.store.onParts({
      progressed: ({ whole, done, total }) => this.#tellProgress(whole, { done, total }),
      stop: (seqs) => {
        for (const seq of seqs) this.scheduler.cancel(seq)
      },
    })
    const opened = await this.store.open()
    this.#setStatusFile(opened)
    if (opened.verdicts.length > 0) await this.settling.ended(opened.verdicts.map(endOf))
    const { pending, interrupted, clean } = opened
    this.#recovered = { pending, interrupted, clean }
  }

  // The store says where threads note what they run, and it opens after the pools are wired but before any thread is.
  #setStatusFile({ statusFile }: OpenedStore): void {
    if (statusFile === undefined) return
    Object.assign(this.#pools, this.#makePools(statusFile))
  }

  async #quiet(graceMs: number): Promise<void> {
    const quiet = this.scheduler.whenQuiet()
    if (await this.#within(quiet, graceMs)) return
    this.scheduler.interruptAll()
    await quiet
  }

  #within(promise: Promise<void>, ms: number): Promise<boolean> {
    if (ms === Infinity) return promise.then(() => true)
    return new Promise((resolve, reject) => {
      const cancel = systemClock.after(ms, () => resolve(false))
      promise.then(() => {
        cancel()
        resolve(true)
      }, reject)
    })
  }

  // ── wiring ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #makeScheduler(): Scheduler {
    const { config, registry, store } = this
    return new Scheduler({
      store,
      pools: this.#pools,
      clock: systemClock,
      cores: config.cores,
      graceMs: config.graceMs,
      loadMs: config.loadMs,
      lanes: config.arms.map(({ id, maxParallel, enabled, recordsStart }) => ({
        arm: id,
        slots: maxParallel,
        enabled,
        recordsStart,
      })),
      rulesOf: (claim) => runRules(claim, registry),
      freshOf: (type) => registry.get(type)?.fresh === true,
      typesOf: (types) => [...types].flatMap((type) => registry.get(type)?.location ?? []),
      services: () => HOST_SERVICES.filter((name) => this.#context[name] !== undefined),
      late: (claim, failure) =>
        this.observers.tell({ kind: 'task.late-failure', task: idOf(claim), failure }),
      interrupt: (claim) => this.#children.interrupt(claim.seq),
      failed: (error) => this.fail(error),
      returned: (claims) => {
        for (const claim of claims) this.#outbox.take(claim)
        store.release(claims)
      },
      ended: async (attempts) => {
        for (const { claim } of attempts) this.#children.killAll(claim.seq)
        await this.settling.ended(attempts)
        this.intake.left()
      },
    })
  }

  #makePools(statusFile: string | undefined): Record<ArmId, ArmPool> {
    const { config } = this
    const data: ThreadData = {
      grants: config.grants,
      cacheDir: config.cacheDir,
      resultBytesMax: config.resultBytesMax,
      batchHandlers: batchHandlers(config.batchHandlers),
      hostEnv: environmentOf(config.envNames),
      statusFile,
    }
    return byArm((id) => this.#makePool(armConfig(config, id), data))
  }

  #makePool({ id, maxParallel, memoryMbMax }: ArmConfig, data: ThreadData): ArmPool {
    const events: PoolEvents = {
      doorbell: (batch) => this.scheduler.doorbell(batch),
      reports: (batch, bytes) => this.scheduler.reports(batch, bytes),
      died: (batch, error) => this.scheduler.batchDied(batch, error),
      ended: (batch, end) => {
        this.scheduler.batchEnded(batch, end)
        const { threadId, leftovers } = end
        if (leftovers.length > 0)
          this.observers.tell({ kind: 'thread.leftovers', arm: id, threadId, leftovers })
      },
      told: (message) => this.#told(message),
      linked: (port) => this.#hostLink.connect(port),
    }
    return new ArmPool({ threads: maxParallel, data, memoryMbMax, events })
  }

  #makeHostLink(): HostLink {
    return new HostLink({
      children: this.#children,
      runningType: (seq, attempt) => this.scheduler.running(seq, attempt)?.type,
      checkpoint: (seq, attempt, value) => this.store.checkpoint(seq, attempt, value),
      enqueue: (token, spec) => this.#outbox.add(token, spec),
      split: (token, parts) => this.#outbox.split(token, parts),
      declared: (type) => this.registry.get(type)?.definition.host ?? [],
    })
  }

  /** Of a task that is in no thread: it is told by the id that is made of its seq. */
  #tellProgress(seq: number, progress: Progress): void {
    this.completions.progress(seq, progress)
    if (this.observers.active)
      this.observers.tell({ kind: 'task.progress', task: mintId(seq), progress })
  }

  #told(message: Extract<ThreadMessage, { kind: 'progress' | 'late' }>): void {
    const { seq, attempt } = message
    const claim = this.scheduler.running(seq, attempt)
    // A task that is over is told by the id that is made of its seq, which every lookup takes too.
    const minted = seq === 0 ? undefined : mintId(seq)
    const task = claim === undefined ? minted : idOf(claim)
    if (message.kind === 'late') {
      this.observers.tell({ kind: 'task.late-failure', task, failure: message.failure })
    } else {
      this.scheduler.heard(message.batch)
      this.completions.progress(seq, message.progress)
      if (task !== undefined && this.observers.active)
        this.observers.tell({ kind: 'task.progress', task, progress: message.progress })
    }
  }

  #route(task: RegisteredTask, wanted: ArmId | undefined): ArmId {
    const arms = wantedArms(task, wanted)
    const [only] = arms
    if (arms.length === 1 && only !== undefined && this.scheduler.isEnabled(only)) return only
    const arm = route(
      arms.map((id) => {
        const { enabled, slots } = this.scheduler.state(id)
        return {
          id,
          enabled,
          slots,
          queued: this.store.readyCount(id),
          meanRunMs: this.scheduler.meanRunMs(id),
        }
      }),
    )
    if (arm === undefined) throw armDisabled(task.type, arms)
    return arm
  }
}

function armConfig({ arms }: Config, id: ArmId): ArmConfig {
  const arm = arms.find((one) => one.id === id)
  if (arm === undefined) throw new RangeError(`no arm ${id}`)
  return arm
}

function batchHandlers(paths: Config['batchHandlers']): ThreadData['batchHandlers'] {
  const entries = Object.entries(paths).map(([name, path]) => {
    const [file = path, exportName = 'default'] = path.split('#')
    return [name, { module: pathToFileURL(file).href, exportName }] as const
  })
  return Object.fromEntries(entries)
}

function isMesh(value: unknown): value is NeuralMeshLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    'remember' in value &&
    typeof value.remember === 'function'
  )
}

export function closedError(): OctopusError {
  return new OctopusError('E_CLOSED', 'the engine is closed', {
    hint: 'Tasks that were acknowledged stay in the store and go on when it is opened again.',
  })
}

function asOctopusError(error: Error): OctopusError {
  if (error instanceof OctopusError) return error
  return new OctopusError('E_STORE_IO', `the engine failed: ${error.message}`, {
    cause: error,
    hint: 'Open it again; acknowledged tasks are in the store.',
  })
}
