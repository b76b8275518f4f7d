import { ARMS } from '../arms/index.ts'
import type { AnyTask } from '../arms/define-task.ts'
import type { Duration } from '../protocol/duration.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { ArmId } from '../protocol/task.ts'
import type { ArmOptions, OctopusOptions } from './config.ts'
import type { CycleSummary } from './cycle.ts'
import type { HostContext } from './host-link.ts'
import { Octopus } from './octopus.ts'
import type { LatencyOf } from './trace/latency.ts'

/**
 * The face of the runtime this engine grew out of: four calls over one Octopus, opened on first use and the only
 * module-level state of the package. It dispatches inside `run(context)` alone.
 */
export type OctopusArmId = ArmId

export type OctopusTaskType =
  | 'deploy-app'
  | 'rotate-secret'
  | 'run-batch-job'
  | 'ingest-stream'
  | 'run-build'
  | 'watch-config'
  | 'cleanup-artifacts'
  | 'emit-analytics'
  | 'generic'
  | (string & {})

export interface OctopusTask {
  readonly id: string
  readonly type: OctopusTaskType
  readonly payload?: Readonly<Record<string, unknown>>
  /** When its maker made it, wall clock, ms. */
  readonly createdAt: number
  /** 0 to 1, higher first. */
  readonly priority?: number
}

export interface OctopusArmConfig {
  readonly id: OctopusArmId
  readonly enabled: boolean
  readonly maxParallel?: number
}

export interface OctopusArmStatus {
  readonly id: OctopusArmId
  readonly enabled: boolean
  readonly maxParallel: number
  readonly activeTasks: number
  readonly processedCount: number
  readonly failedCount: number
  readonly lastRunAt?: number
  readonly latency?: LatencyOf
}

export type OctopusContext = HostContext

export interface OctopusRuntimeStatus {
  readonly lastRunAt: number | null
  readonly arms: readonly OctopusArmStatus[]
  readonly queuedTasks: number
  /** Tasks that `enqueue` could not accept, and why the last one was not. */
  readonly refusedTasks: number
  readonly lastRefusal: string | undefined
}

/** What became of an `enqueue`. It is returned, never thrown: a caller that does not look loses nothing. */
export type Enqueued =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly error: Error }

class Runtime {
  #opening: Promise<Octopus> | undefined
  #octopus: Octopus | undefined
  #options: OctopusOptions = {}
  readonly #arms = new Map<ArmId, ArmOptions>()
  readonly #tasks: { readonly task: AnyTask; readonly module: RegisteredModule | undefined }[] = []
  readonly #accepting = new Set<Promise<Enqueued>>()
  #refused = 0
  #lastRefusal: string | undefined
  #lastRunAt: number | null = null

  async init(options: OctopusOptions = {}): Promise<void> {
    if (this.#opening === undefined) this.#options = options
    await this.#open()
  }

  enqueue(task: OctopusTask): Promise<Enqueued> {
    const enqueued = this.#enqueue(task).finally(() => this.#accepting.delete(enqueued))
    this.#accepting.add(enqueued)
    return enqueued
  }

  async #enqueue(task: OctopusTask): Promise<Enqueued> {
    try {
      const octopus = await this.#open()
      const { type, payload, id, createdAt, priority } = task
      const handle = await octopus.enqueue({
        type,
        ...(payload === undefined ? {} : { payload }),
        ...(id === undefined ? {} : { id }),
        ...(createdAt === undefined ? {} : { createdAt }),
        ...(priority === undefined ? {} : { priority: wholePriority(priority) }),
      })
      return { ok: true, id: handle.id }
    } catch (error) {
      return { ok: false, error: await this.#refuse(task, error) }
    }
  }

  async run(
    context: OctopusContext,
    options: { readonly waitMs?: Duration },
  ): Promise<CycleSummary> {
    const octopus = await this.#open()
    // What was enqueued before this call is part of its cycle, even if its caller did not wait.
    await Promise.all(this.#accepting)
    const summary = await octopus.run(context, options)
    this.#lastRunAt = octopus.status().lastRunAt ?? this.#lastRunAt
    return summary
  }

  status(): OctopusRuntimeStatus {
    const refusals = { refusedTasks: this.#refused, lastRefusal: this.#lastRefusal }
    if (this.#octopus === undefined) {
      return {
        lastRunAt: this.#lastRunAt,
        arms: ARMS.map((arm) => this.#unopened(arm.id, arm.maxParallel)),
        queuedTasks: this.#accepting.size,
        ...refusals,
      }
    }
    const { lastRunAt, arms, queuedTasks } = this.#octopus.status()
    return {
      lastRunAt,
      queuedTasks: queuedTasks + this.#accepting.size,
      arms: arms.map(armStatus),
      ...refusals,
    }
  }

  registerArm(
    { id, enabled, maxParallel }: OctopusArmConfig,
    tasks: readonly AnyTask[],
    module: RegisteredModule | undefined,
  ): void {
    const options = { enabled, ...(maxParallel === undefined ? {} : { maxParallel }) }
    this.#arms.set(id, options)
    for (const task of tasks) this.#tasks.push({ task, module })
    if (this.#octopus === undefined) return
    this.#octopus.setArm(id, options)
    for (const task of tasks) this.#octopus.register(task, module)
  }

  async close(): Promise<void> {
    const octopus = await this.#opening
    this.#opening = undefined
    this.#octopus = undefined
    await octopus?.close()
  }

  #open(): Promise<Octopus> {
    this.#opening ??= this.#openNow().catch((error: unknown) => {
      // The next call tries again: a store that was busy may be free then.
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #openNow(): Promise<Octopus> {
    const arms = { ...this.#options.arms, ...Object.fromEntries(this.#arms) }
    const octopus = await Octopus.open({ autostart: false, ...this.#options, arms })
    for (const { task, module } of this.#tasks) octopus.register(task, module)
    this.#octopus = octopus
    return octopus
  }

  async #refuse(task: OctopusTask, thrown: unknown): Promise<Error> {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    this.#refused += 1
    const { id, type } = nameOf(task)
    this.#lastRefusal = `${id} (${type}): ${error.message}`
    await this.#octopus?.neuralMesh
      .remember({
        source: 'OctopusExecutor',
        refused: id,
        type,
        error: error.message,
      })
      // A store that cannot take the task cannot take the note either; status has it.
      .catch(() => undefined)
    return error
  }

  #unopened(id: ArmId, maxParallel: number): OctopusArmStatus {
    const chosen = this.#arms.get(id)
    return {
      id,
      enabled: chosen?.enabled ?? true,
      maxParallel: chosen?.maxParallel ?? maxParallel,
      activeTasks: 0,
      processedCount: 0,
      failedCount: 0,
    }
  }
}

export interface RegisteredModule {
  readonly url: string
  readonly exportName: string
}

const runtime = new Runtime()

export const OctopusExecutor = {
  /** Opens the engine. Optional: the first `enqueue` or `run` does it too, with default options. */
  init(options?: OctopusOptions): Promise<void> {
    return runtime.init(options)
  },

  /** Never throws and never rejects; a task that cannot be accepted is counted in `status()` and said in the answer. */
  enqueue(task: OctopusTask): Promise<Enqueued> {
    return runtime.enqueue(task)
  },

  /** One cycle: what is ready at its start runs until it is settled. Overlapping calls join the cycle under way. */
  run(
    context: OctopusContext = {},
    options: { readonly waitMs?: Duration } = {},
  ): Promise<CycleSummary> {
    return runtime.run(context, options)
  },

  status(): OctopusRuntimeStatus {
    return runtime.status()
  },

  /** Lets go of store and threads. The next call opens the engine again. */
  close(): Promise<void> {
    return runtime.close()
  },
}

/** Arms as configured through the seed's registry, before or after `init`. */
export const ArmRegistry = {
  /**
   * Sets an arm's limits, and adds task types it serves. A handler function cannot cross into a thread, so tasks are
   * definitions from a module.
   * @throws OctopusError E_CONFIG for a function where tasks belong
   */
  registerArm(
    config: OctopusArmConfig,
    tasks: AnyTask | readonly AnyTask[] = [],
    module?: RegisteredModule,
  ): void {
    if (typeof tasks === 'function') {
      throw new OctopusError(
        'E_CONFIG',
        `arm '${config.id}': a handler function cannot run in a worker thread`,
        {
          arm: config.id,
          hint: 'Export a task made with defineTask from a module, and pass it with { url: import.meta.url, exportName }.',
        },
      )
    }
    runtime.registerArm(config, [tasks].flat(), module)
  },

  status(): readonly OctopusArmStatus[] {
    return runtime.status().arms
  },
}

function armStatus(arm: ReturnType<Octopus['status']>['arms'][number]): OctopusArmStatus {
  const { id, enabled, maxParallel, activeTasks, processedCount, failedCount, lastRunAt, latency } =
    arm
  return {
    id,
    enabled,
    maxParallel,
    activeTasks,
    processedCount,
    failedCount,
    latency,
    ...(lastRunAt === undefined ? {} : { lastRunAt }),
  }
}

/** Callers of the seed's face may be plain JavaScript: what they pass is refused, never thrown back. */
function nameOf(task: Partial<OctopusTask> | undefined): {
  readonly id: string
  readonly type: string
} {
  return { id: String(task?.id), type: String(task?.type) }
}

/** The seed's fractions of 0 to 1 on the engine's 0 to 255; whole numbers above 1 are taken as they are. */
function wholePriority(priority: number): number {
  return priority > 1 ? priority : Math.round(priority * 255)
}
