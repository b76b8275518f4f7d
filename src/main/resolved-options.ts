import type { Json } from '../protocol/task.ts'
import { OPTIONS, resolveConfig, type Config, type OctopusOptions } from './config.ts'

/**
 * Every option by its name in docs/config.md with the value an engine would use: defaults filled in, paths absolute;
 * each arm's as `arms.batch.maxParallel`. Null: nothing is set and there is no default.
 * @throws OctopusError E_CONFIG, E_DURATION as `Octopus.open`
 */
export function resolvedOptions(
  options: OctopusOptions,
  cwd: string,
): Readonly<Record<string, Json>> {
  const config = resolveConfig(options, cwd)
  const rows: Record<string, Json> = {}
  for (const [name, option] of Object.entries(OPTIONS)) {
    if (name !== 'arms') rows[name] = asJson(at(options, name)) ?? option.default
  }
  return { ...rows, ...paths(config), ...ofArms(config) }
}

function paths(config: Config): Record<string, Json> {
  const { tasks, cacheDir, store, grants, envNames, batchHandlers } = config
  return {
    store: store.kind === 'memory' ? 'memory' : store.path,
    tasks: [...tasks],
    'allow.read': [...grants.read],
    'allow.write': [...grants.write],
    'allow.exec': [...grants.exec],
    'allow.env': [...envNames],
    batchHandlers: { ...batchHandlers },
    cacheDir,
  }
}

function ofArms({ arms }: Config): Record<string, Json> {
  const rows: Record<string, Json> = {}
  for (const { id, enabled, maxParallel, memoryMbMax } of arms) {
    rows[`arms.${id}.enabled`] = enabled
    rows[`arms.${id}.maxParallel`] = maxParallel
    rows[`arms.${id}.memoryMbMax`] = memoryMbMax ?? null
  }
  return rows
}

function at(options: object, name: string): unknown {
  const [head = '', leaf] = name.split('.')
  const value: unknown = Reflect.get(options, head)
  if (leaf === undefined || typeof value !== 'object' || value === null)
    return leaf === undefined ? value : undefined
  return Reflect.get(value, leaf)
}

function asJson(value: unknown): Json | undefined {
  if (value === undefined) return undefined
  const json: unknown = JSON.parse(JSON.stringify(value))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse returns is JSON
  return json as Json
}
