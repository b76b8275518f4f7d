import { basename, dirname } from 'node:path'
import { OctopusError } from '../../main/index.ts'

/** What of a package.json matters here. */
export interface Manifest {
  readonly value: Readonly<Record<string, unknown>>
  /** Its .ts and .js files are ES modules. */
  readonly modules: boolean
  readonly scripts: Readonly<Record<string, unknown>>
}

const SCRIPTS = {
  tasks: 'octopus run tasks.ndjson',
  'tasks:resume': 'octopus run tasks.ndjson --resume',
}

/**
 * @param text undefined when there is none: a package is made up
 * @throws OctopusError E_USAGE when it is no JSON object
 */
export function readManifest(text: string | undefined, path: string): Manifest {
  if (text === undefined) return manifestOf(newPackage(basename(dirname(path))))
  const value = parsed(text)
  if (isRecord(value)) return manifestOf(value)
  throw new OctopusError('E_USAGE', `${path} is no JSON object`, {
    hint: 'Nothing was written. Correct it first.',
  })
}

/** Adds the scripts whose names are free, in the file's own indentation. */
export function withScripts(
  { value, scripts }: Manifest,
  before: string | undefined,
): () => { readonly text: string; readonly what: string } {
  const added = Object.entries(SCRIPTS).filter(([name]) => !Object.hasOwn(scripts, name))
  if (before !== undefined && added.length === 0)
    return () => ({ text: before, what: 'scripts are there' })
  const merged = { ...value, scripts: { ...scripts, ...Object.fromEntries(added) } }
  const indent = /^\{\s*?\n([ \t]+)"/.exec(before ?? '')?.[1] ?? '  '
  const text = `${JSON.stringify(merged, undefined, indent)}\n`
  return () => ({ text, what: `scripts ${added.map(([name]) => name).join(', ')}` })
}

function newPackage(name: string): Record<string, unknown> {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-')
  return { name: /^[a-z0-9]/.test(plain) ? plain : 'tasks', private: true, type: 'module' }
}

function manifestOf(value: Readonly<Record<string, unknown>>): Manifest {
  const { scripts, type } = value
  return { value, modules: type === 'module', scripts: isRecord(scripts) ? scripts : {} }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
