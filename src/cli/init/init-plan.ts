import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OctopusError } from '../../main/index.ts'
import { withEntry } from './ignore-file.ts'
import { readManifest, withScripts } from './manifest.ts'
import { starterFiles } from './starter-files.ts'

/** One file of a plan. */
export interface Step {
  readonly kind: 'new' | 'changed' | 'same'
  /** Relative to the folder, as it is shown. */
  readonly path: string
  readonly text: string
  /** What of it is new, in words. */
  readonly what: string
}

/**
 * What has to be done in the folder, nothing of it done.
 * @throws OctopusError E_USAGE naming every file that is in the way
 */
export async function planInit(folder: string): Promise<readonly Step[]> {
  const manifestText = await textOf(join(folder, 'package.json'))
  const manifest = readManifest(manifestText, join(folder, 'package.json'))
  const files = starterFiles(manifest.modules ? 'ts' : 'mts')
  const present = await Promise.all(files.map(({ path }) => textOf(join(folder, path))))
  const blocking = files.filter(({ text }, at) => present[at] !== undefined && present[at] !== text)
  refuse([...blocking.map(({ path }) => path), ...(await otherConfigs(folder, files[0]?.path))])
  return [
    ...files.map(({ path, text }, at) => newFile(path, text, present[at])),
    step('package.json', manifestText, withScripts(manifest, manifestText)),
    step('.gitignore', await textOf(join(folder, '.gitignore')), withEntry),
  ]
}

function newFile(path: string, text: string, present: string | undefined): Step {
  const what = `${text.split('\n').length - 1} lines`
  return { kind: present === undefined ? 'new' : 'same', path, text, what }
}

/** A change of a file's text, and what of it is new. */
export type Change = (text: string | undefined) => { readonly text: string; readonly what: string }

function step(path: string, before: string | undefined, change: Change): Step {
  const { text, what } = change(before)
  const kind = before === undefined ? 'new' : text === before ? 'same' : 'changed'
  return { kind, path, text, what }
}

async function otherConfigs(folder: string, ours: string | undefined): Promise<string[]> {
  const names = await readdir(folder).catch(absent)
  return (names ?? []).filter(
    (name) => /^octopus\.config\.(ts|mts|js|mjs|json)$/.test(name) && name !== ours,
  )
}

function refuse(blocking: readonly string[]): void {
  if (blocking.length === 0) return
  const names = blocking.join(', ')
  throw new OctopusError(
    'E_USAGE',
    `${names} ${blocking.length === 1 ? 'is' : 'are'} there already`,
    {
      hint: 'Nothing was written. Move it away, or name another folder: octopus init <dir>.',
    },
  )
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(absent)
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
