import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cwd } from 'node:process'
import { pathToFileURL } from 'node:url'
import { OctopusError } from '../../main/light.ts'

/** What is used of the optional package `yaml`, in its own names. */
export interface Yaml {
  readonly LineCounter: new () => YamlLines
  readonly parseDocument: (text: string, options: object) => YamlDocument
  readonly isNode: (value: unknown) => value is YamlNode
  readonly isAlias: (value: unknown) => value is YamlNode & { readonly source: string }
  readonly isMap: (value: unknown) => value is YamlNode & { readonly items: readonly YamlPair[] }
  readonly isSeq: (value: unknown) => value is YamlNode & { readonly items: readonly unknown[] }
  readonly isScalar: (value: unknown) => value is YamlNode & { readonly value: unknown }
}

interface YamlLines {
  /** Both from 1. */
  linePos(offset: number): { readonly line: number; readonly col: number }
}

interface YamlDocument {
  readonly contents: YamlNode | null
  readonly errors: readonly YamlProblem[]
  readonly warnings: readonly YamlProblem[]
}

interface YamlProblem {
  readonly code: string
  readonly message: string
  readonly pos: readonly [number, number]
}

export interface YamlNode {
  /** Where it begins, where its value ends, where it ends, as offsets. */
  readonly range?: readonly [number, number, number] | null
  readonly anchor?: string
}

export interface YamlPair {
  readonly key: unknown
  readonly value: unknown
}

/** What cannot be a task although it is YAML, by its offset in the text. */
export class YamlFault extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/**
 * Loads the package from beside this one, or from where the command is called: whoever uses npx can install it only there.
 * @throws OctopusError E_MISSING_DEP with the line that installs it
 */
export async function loadYaml(file: string): Promise<Yaml> {
  try {
    return checked(await import('yaml'))
  } catch (error) {
    if (!isMissing(error)) throw error
    return await loadFromHere(file, error)
  }
}

async function loadFromHere(file: string, cause: unknown): Promise<Yaml> {
  const required = createRequire(join(cwd(), 'package.json'))
  try {
    return checked(await import(pathToFileURL(required.resolve('yaml')).href))
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new OctopusError(
      'E_MISSING_DEP',
      `${file} is YAML, and the package yaml is not installed`,
      {
        hint: 'Install it: npm i yaml',
        cause,
      },
    )
  }
}

const USED = ['LineCounter', 'parseDocument', 'isNode', 'isAlias', 'isMap', 'isSeq', 'isScalar']

function checked(module: unknown): Yaml {
  if (isYaml(module)) return module
  throw new OctopusError(
    'E_MISSING_DEP',
    'the installed package yaml is not of a version this release knows',
    {
      hint: 'Install a newer one: npm i yaml',
    },
  )
}

function isYaml(module: unknown): module is Yaml {
  if (typeof module !== 'object' || module === null) return false
  return USED.every((name) => typeof Reflect.get(module, name) === 'function')
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const isNotFound = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND'
  return isNotFound && error.message.includes("'yaml'")
}
