import { resolve } from 'node:path'
import { OPTIONS, type OctopusOptions } from '../main/index.ts'
import { armsAtMost } from './arm-limits.ts'
import { findConfig } from './config-file.ts'
import type { EngineFlags } from './engine-flags.ts'
import { octopusVariables } from './environment.ts'
import { optionsOfVariables } from './option-variables.ts'

/** Who may say what an option is; the earlier one wins. */
export type OptionSource = 'flag' | 'env' | 'file' | 'default'

interface Layer {
  readonly source: OptionSource
  readonly options: OctopusOptions
}

/** The options a command runs with, and who said each of them. */
export interface Configuration {
  readonly options: OctopusOptions
  /** The file that says something, if any. */
  readonly path: string | undefined
  /** Whose word an option is, by its name in docs/config.md or, for arms, `arms.batch.maxParallel`. */
  readonly sourceOf: (name: string) => OptionSource
}

/**
 * Flag before environment before file before default. Relative paths of flags and variables are meant from `cwd`, those
 * of a file from its folder.
 * @throws OctopusError E_CONFIG, E_USAGE, E_UNKNOWN_ARM, naming the flag, variable or file
 */
export async function readConfiguration(flags: EngineFlags, cwd: string): Promise<Configuration> {
  const variables = octopusVariables()
  const found = await findConfig(cwd, flags.config ?? variables.get('OCTOPUS_CONFIG'))
  const layers: readonly Layer[] = [
    { source: 'flag', options: fromCwd(optionsOfFlags(flags), cwd) },
    { source: 'env', options: fromCwd(optionsOfVariables(variables), cwd) },
    { source: 'file', options: found.options },
    // The store lies beside the configuration, wherever in the package the command is called.
    { source: 'default', options: { store: resolve(found.folder, OPTIONS.store.default) } },
  ]
  return {
    options: layers.map(({ options }) => options).reduceRight(over),
    // A package.json that says nothing of ours only ended the search.
    path: Object.keys(found.options).length === 0 ? undefined : found.path,
    sourceOf: (name) =>
      layers.find(({ options }) => at(options, name) !== undefined)?.source ?? 'default',
  }
}

function optionsOfFlags(flags: EngineFlags): OctopusOptions {
  const { store, tasks, maxParallel, allowRead, allowWrite, allowExec } = flags
  const allow = {
    ...(allowRead === undefined ? {} : { read: allowRead }),
    ...(allowWrite === undefined ? {} : { write: allowWrite }),
    ...(allowExec === undefined ? {} : { exec: allowExec }),
  }
  return {
    ...(store === undefined ? {} : { store }),
    ...(tasks === undefined ? {} : { tasks }),
    ...(maxParallel === undefined ? {} : { arms: armsAtMost(maxParallel, '--max-parallel') }),
    ...(Object.keys(allow).length === 0 ? {} : { allow }),
  }
}

function fromCwd(options: OctopusOptions, cwd: string): OctopusOptions {
  const { store } = options
  return typeof store !== 'string' || store === 'memory'
    ? options
    : { ...options, store: resolve(cwd, store) }
}

/** Groups of options are joined part by part; anything else is replaced whole. */
function over(below: OctopusOptions, above: OctopusOptions): OctopusOptions {
  return joined(below, above)
}

function joined(below: object, above: object): object {
  const whole = new Map<string, unknown>(Object.entries(below))
  for (const [name, value] of Object.entries(above) as [string, unknown][]) {
    const before = whole.get(name)
    whole.set(name, isGroup(before) && isGroup(value) ? joined(before, value) : value)
  }
  return Object.fromEntries(whole)
}

function at(options: object, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>(
      (inner, key) => (isGroup(inner) ? new Map(Object.entries(inner)).get(key) : undefined),
      options,
    )
}

function isGroup(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof URL)
  )
}
