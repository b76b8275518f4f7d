import { cwd } from 'node:process'
import { ARMS } from '../arms/index.ts'
import { systemClock } from '../protocol/clock.ts'
import type { ArmId } from '../protocol/task.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import { resolveConfig, type Config, type OctopusOptions } from './config.ts'
import { registerFunction, type FunctionRef } from './function-ref.ts'
import { armDisabled, checkedSpec, prepareTask, wantedArms } from './prepare.ts'
import { TaskRegistry, type RegisteredTask } from './registry.ts'
import { loadTaskModules } from './task-modules.ts'

/** What a checked task will run as. */
export interface CheckedTask {
  readonly type: string
  /** One of these; which one is decided when it is enqueued. */
  readonly arms: readonly ArmId[]
}

/** An exported function that is registered. */
export interface FoundFunction extends CheckedTask {
  /** A `file:` URL. */
  readonly module: string
  readonly exportName: string
}

/**
 * A configuration and the tasks it serves, without an engine: what checks a file of tasks before a store is touched.
 * `Octopus.open(catalog)` opens the engine of the same configuration.
 */
export class Catalog {
  /** @internal */
  readonly config: Config
  /** @internal */
  readonly registry: TaskRegistry

  private constructor(config: Config, registry: TaskRegistry) {
    this.config = config
    this.registry = registry
  }

  /** @throws OctopusError E_CONFIG for an option, E_HANDLER_LOAD for a module of tasks */
  static async load(options: OctopusOptions = {}): Promise<Catalog> {
    const config = resolveConfig(options, cwd())
    const registry = TaskRegistry.of(ARMS, config.defaults)
    const found = await loadTaskModules(config.tasks, config.loadMs, systemClock)
    for (const { definition, module } of found) registry.add(definition, module)
    return new Catalog(config, registry)
  }

  /** The path of the store; undefined for one in memory. */
  get storePath(): string | undefined {
    return this.config.store.kind === 'sqlite' ? this.config.store.path : undefined
  }

  /** How many threads the arm may have; none when it is disabled. */
  threads(arm: ArmId): number {
    const config = this.config.arms.find(({ id }) => id === arm)
    return config?.enabled === true ? config.maxParallel : 0
  }

  /**
   * Registers an exported function, or finds the exported task, as `Octopus.map` does.
   * @throws OctopusError E_USAGE for an export that is not there, E_HANDLER_LOAD for the module
   */
  async addFunction(ref: FunctionRef | URL | string): Promise<FoundFunction> {
    const { registry, config } = this
    const home = { registry, loadMs: config.loadMs, clock: systemClock, cwd: cwd() }
    const { type, arms, location } = registry.need(await registerFunction(ref, home))
    return { type, arms, module: location.module, exportName: location.exportName }
  }

  types(): readonly string[] {
    return this.registry.types()
  }

  /**
   * Checks a task as `enqueue` would; asynchronous only where the type's own schema is.
   * @throws OctopusError as `enqueue`
   */
  check(spec: TaskSpec): CheckedTask | Promise<CheckedTask> {
    const { type, payload, ...options } = checkedSpec(spec)
    const { payloadBytesMax } = this.config
    const route = (task: RegisteredTask, wanted: ArmId | undefined): ArmId =>
      this.#route(task, wanted)
    const prepared = prepareTask(
      { registry: this.registry, clock: systemClock, payloadBytesMax, route },
      type,
      payload,
      options,
    )
    const checked = {
      type,
      arms: options.arm === undefined ? this.registry.need(type).arms : [options.arm],
    }
    return prepared instanceof Promise ? prepared.then(() => checked) : checked
  }

  #route(task: RegisteredTask, wanted: ArmId | undefined): ArmId {
    const arms = wantedArms(task, wanted)
    const arm = arms.find((id) => this.threads(id) > 0)
    if (arm === undefined) throw armDisabled(task.type, arms)
    return arm
  }
}
