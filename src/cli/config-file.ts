import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { OctopusError, type OctopusOptions } from '../main/light.ts'

/** What a configuration says, and the folder its relative paths are meant from. */
export interface FoundConfig {
  readonly options: OctopusOptions
  readonly folder: string
  /** Undefined when there is none. */
  readonly path: string | undefined
}

const ENDINGS = ['ts', 'mts', 'js', 'mjs', 'json'] as const

/**
 * The file that was named, or the nearest `octopus.config.*` or `package.json#octopus` from `cwd` up to the package's
 * root (the first folder with a package.json).
 * @throws OctopusError E_CONFIG, naming the file
 */
export async function findConfig(cwd: string, named: string | undefined): Promise<FoundConfig> {
  const path = named === undefined ? search(cwd) : resolve(cwd, named)
  if (path === undefined) return { options: {}, folder: cwd, path }
  if (!existsSync(path)) throw bad(path, 'is not there', 'Correct --config (or OCTOPUS_CONFIG).')
  const folder = dirname(path)
  const options = fromFolder(checked(path, await load(path)), folder)
  return { options, folder, path }
}

function search(from: string): string | undefined {
  const files = ENDINGS.map((ending) => join(from, `octopus.config.${ending}`)).filter(existsSync)
  const [first, second] = files
  if (second !== undefined)
    throw bad(
      first ?? '',
      `is there, and so is ${second}`,
      'Keep one of them, or name it: --config.',
    )
  if (first !== undefined) return first
  const manifest = join(from, 'package.json')
  if (existsSync(manifest)) return manifest
  const above = dirname(from)
  return above === from ? undefined : search(above)
}

async function load(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return fromJson(path, JSON.parse(await readFile(path, 'utf8')))
    const module: unknown = await import(pathToFileURL(path).href)
    return property(module, 'default')
  } catch (error) {
    throw bad(path, `does not load: ${messageOf(error)}`, hintFor(error), error)
  }
}

function fromJson(path: string, value: unknown): unknown {
  return path.endsWith('package.json') ? (property(value, 'octopus') ?? {}) : value
}

/** Each option is checked by the engine, which knows them all; this only refuses what is no configuration at all. */
function checked(path: string, value: unknown): OctopusOptions {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw bad(path, 'has no configuration', 'Export it: export default defineConfig({ … }).')
}

// Relative paths in a configuration mean the same wherever the command is called.
function fromFolder(options: OctopusOptions, folder: string): OctopusOptions {
  const { store, tasks, cacheDir, batchHandlers, allow } = options
  const at = (path: string | URL): string => absolute(path, folder)
  return {
    ...options,
    ...(store === undefined || store === 'memory' ? {} : { store: at(store) }),
    ...(tasks === undefined ? {} : { tasks: list(tasks).map(at) }),
    ...(cacheDir === undefined ? {} : { cacheDir: at(cacheDir) }),
    ...(batchHandlers === undefined ? {} : { batchHandlers: mapped(batchHandlers, at) }),
    ...(allow === undefined ? {} : { allow: absoluteGrants(allow, at) }),
  }
}

type Allow = NonNullable<OctopusOptions['allow']>

function absoluteGrants(allow: Allow, at: (path: string) => string): Allow {
  const { read, write } = allow
  return {
    ...allow,
    ...(read === undefined ? {} : { read: read.map(at) }),
    ...(write === undefined ? {} : { write: write.map(at) }),
  }
}

function absolute(path: string | URL, folder: string): string {
  if (path instanceof URL) return fileURLToPath(path)
  return path.startsWith('file:') ? fileURLToPath(path) : resolve(folder, path)
}

function list(tasks: NonNullable<OctopusOptions['tasks']>): readonly (string | URL)[] {
  return typeof tasks === 'string' || tasks instanceof URL ? [tasks] : tasks
}

function mapped<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

function hintFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    ? 'Node runs TypeScript by removing the types: enum and namespace cannot be removed. Use a const object instead.'
    : 'Correct the file, or name another one with --config.'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function bad(path: string, why: string, hint: string, cause?: unknown): OctopusError {
  return new OctopusError('E_CONFIG', `the configuration ${path} ${why}`, { hint, cause })
}
