import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isTaskDefinition, type AnyTask } from '../arms/define-task.ts'
import type { Clock } from '../protocol/clock.ts'
import { OctopusError } from '../protocol/errors.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import type { ProbedExport } from '../protocol/probe-messages.ts'
import { probeModules } from './module-probe.ts'
import type { TaskRegistry } from './registry.ts'

/** An exported function, or an exported task, by where it is: what a thread can find again. */
export interface FunctionRef {
  /** A path, relative ones from the working directory, or a `file:` URL. */
  readonly module: string | URL
  /** Default: `default`, or the module's only export that can run. */
  readonly export?: string
}

/** What registering a function needs of the engine. */
export interface FunctionHome {
  readonly registry: TaskRegistry
  readonly loadMs: number
  readonly clock: Clock
  readonly cwd: string
}

/**
 * Registers the function, unless it is, and says under which type. A module that is new here is loaded in a probe thread
 * first; main loads it only for a task's rules and schema, never for a plain function.
 * @throws OctopusError E_USAGE when there is no such export, naming those there are; E_HANDLER_LOAD for the module
 */
export async function registerFunction(
  ref: FunctionRef | URL | string,
  { registry, loadMs, clock, cwd }: FunctionHome,
): Promise<string> {
  const { url, exportName } = located(ref, cwd)
  const known = exportName === undefined ? undefined : registry.typeAt(url, exportName)
  if (known !== undefined) return known
  const [probed] = await probeModules([url], loadMs, clock)
  const found = chosen(url, exportName, probed?.exports ?? [])
  const present = registry.typeAt(url, found.name)
  if (present !== undefined) return present
  const definition = await definitionOf(url, found)
  registry.add(definition, { url, exportName: found.name })
  return definition.type
}

/** The arm of plain functions: work of many small pieces. */
const FUNCTION_ARM = 'batch'

async function definitionOf(url: string, { name, kind }: ProbedExport): Promise<AnyTask> {
  if (kind === 'function') return { type: await typeOf(url, name), arm: FUNCTION_ARM }
  const exported = (await moduleExports(url))[name]
  if (isTaskDefinition(exported)) return exported
  throw new OctopusError('E_HANDLER_LOAD', `${fileURLToPath(url)} exports another ${name} now`, {
    hint: 'A module must export the same each time it is loaded.',
  })
}

/**
 * The type that a plain function has: readable, and the same from run to run, and on every machine where the module lies
 * at the same place of the same package.
 */
async function typeOf(url: string, exportName: string): Promise<string> {
  const path = fileURLToPath(url)
  const place = await placeInPackage(path)
  const digest = hash('sha256', `${place}#${exportName}`).slice(0, 12)
  const words = [basename(path).replace(/\.[^.]+$/, ''), exportName].map(asWord)
  return ['map', ...words, digest].join(':')
}

function asWord(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '-')
    .slice(0, 48)
}

async function placeInPackage(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const name = await packageName(join(folder, 'package.json'))
    if (name !== undefined) return `${name}/${relative(folder, path).replaceAll(sep, '/')}`
    if (folder === dirname(folder)) return path
  }
}

/** Undefined where there is no package, and for one without a name, which says nothing about another machine. */
async function packageName(manifest: string): Promise<string | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(manifest, 'utf8'))
    const named = typeof value === 'object' && value !== null && 'name' in value
    return named && typeof value.name === 'string' ? value.name : undefined
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (absent || error instanceof SyntaxError) return undefined
    throw error
  }
}

interface Located {
  readonly url: string
  readonly exportName: string | undefined
}

function located(ref: FunctionRef | URL | string, cwd: string): Located {
  if (typeof ref === 'function') throw noFunction()
  if (typeof ref === 'string') return fromText(ref, cwd)
  if (ref instanceof URL) return fromText(ref.href, cwd)
  const { url, exportName } = fromText(String(ref.module), cwd)
  return { url, exportName: ref.export ?? exportName }
}

function fromText(text: string, cwd: string): Located {
  const at = text.lastIndexOf('#')
  const [module, exportName] = at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  const url = module.startsWith('file:') ? module : pathToFileURL(resolve(cwd, module)).href
  return { url, exportName: exportName === '' ? undefined : exportName }
}

function chosen(
  url: string,
  wanted: string | undefined,
  exports: readonly ProbedExport[],
): ProbedExport {
  const able = exports.filter(({ kind }) => kind !== 'other')
  const named = able.find(({ name }) => name === (wanted ?? 'default'))
  const [only, second] = able
  const found = named ?? (wanted === undefined && second === undefined ? only : undefined)
  if (found !== undefined) return found
  const names = able.map(({ name }) => `#${name}`).join(', ')
  throw new OctopusError('E_USAGE', `${fileURLToPath(url)} ${missing(wanted, exports)}`, {
    hint:
      names === ''
        ? 'Export a function from it: export default function (input) { … }.'
        : `Functions and tasks it exports: ${names}.`,
  })
}

function missing(wanted: string | undefined, exports: readonly ProbedExport[]): string {
  if (wanted === undefined) return 'has no default export that is a function or a task'
  const other = exports.some(({ name }) => name === wanted)
  return other ? `exports '${wanted}', which is no function and no task` : `exports no '${wanted}'`
}

function noFunction(): OctopusError {
  return new OctopusError('E_USAGE', 'a function cannot cross into another thread', {
    hint: "Export it from a module and say where it is: { module: new URL('./resize.ts', import.meta.url), export: 'resize' }, or './resize.ts#resize'.",
  })
}
