import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import * as v from 'valibot'
import { confineRead } from '../confine.ts'
import { digestOf, openForReading } from '../read-file.ts'
import {
  selectFiles,
  selectSomeFiles,
  isThere,
  hasMagic,
  type SelectedFile,
} from '../select-files.ts'
import { ifExists } from '../system-errors.ts'
import { TaskError } from '../task-errors.ts'
import { envDigests, keyOf, type BuildFacts } from './build-key.ts'
import type { BuildJob } from './build-job.ts'

/** What a build depends on, measured now. */
export interface Measured {
  readonly key: string
  readonly facts: BuildFacts
  readonly files: readonly SelectedFile[]
  readonly bytes: number
  /** Inode, size and times of each input: tells whether one changed while the build ran. */
  readonly stamps: ReadonlyMap<string, string>
}

/** Dependencies are the lockfile's business. */
export const NEVER_INPUT = ['**/node_modules', '**/.git']

export async function measure(job: BuildJob): Promise<Measured> {
  const { payload, context, cwd, request, env, breathe } = job
  const exclude = [...payload.exclude, ...NEVER_INPUT, join(context.cacheDir, '**')]
  const selected = await selectSomeFiles(
    { paths: payload.inputs, exclude, cwd },
    context.grants,
    breathe,
  )
  const outputs = new Set((await presentOutputs(job)).map((file) => file.path))
  const files = selected.files.filter((file) => !outputs.has(file.path))
  const stamps = new Map(files.map((file) => [file.path, stampOf(file.path)]))
  const inputs = { ...linksOf(selected.links, cwd), ...(await digests(files, job)) }
  const facts: BuildFacts = {
    command: [...request.argv],
    script: scriptText(job),
    inputs,
    env: envDigests(env),
    outputs: [...payload.outputs],
    lockfile: await lockfileOf(job),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  }
  return {
    key: keyOf(facts, env),
    facts,
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    stamps,
  }
}

/** The inputs that are no longer what was measured. */
export function changedInputs({ stamps }: Measured): readonly string[] {
  return [...stamps].filter(([path, stamp]) => stampOf(path) !== stamp).map(([path]) => path)
}

/** The outputs that are there now, whoever made them. */
export async function presentOutputs({
  payload,
  context,
  cwd,
  breathe,
}: BuildJob): Promise<readonly SelectedFile[]> {
  const paths = payload.outputs.filter((path) => hasMagic(path) || isThere(join(cwd, path)))
  return (await selectFiles({ paths, exclude: [], cwd }, context.grants, breathe)).files
}

/** Inode, size and times of a file in one text; changes with its content. */
export function stampOf(path: string): string {
  const stat = ifExists(() => statSync(path, { bigint: true }))
  return stat === undefined ? 'gone' : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}

async function digests(
  files: readonly SelectedFile[],
  { cwd, context, breathe }: BuildJob,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [index, file] of files.entries()) {
    using opened = openForReading(file.path)
    const executable = (Number(opened.stat.mode) & 0o111) === 0 ? '' : ' x'
    found[relative(cwd, file.name)] = (await digestOf(opened, 'sha256', breathe)) + executable
    context.progress(index + 1, files.length)
  }
  return found
}

function linksOf(links: readonly string[], cwd: string): Record<string, string> {
  return Object.fromEntries(links.map((link) => [relative(cwd, link), `-> ${readlinkSync(link)}`]))
}

const packageJson = v.looseObject({ scripts: v.optional(v.record(v.string(), v.string()), {}) })

function scriptText({ payload: { script }, cwd }: BuildJob): string {
  if (script === undefined) return ''
  const text = ifExists(() => readFileSync(join(cwd, 'package.json'), 'utf8'))
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), packageJson), text)
  const scripts = parsed.success ? parsed.output.scripts : {}
  if (!Object.hasOwn(scripts, script))
    throw new TaskError('E_PRECONDITION', `${cwd}/package.json has no script '${script}'`)
  return JSON.stringify([scripts[`pre${script}`], scripts[script], scripts[`post${script}`]])
}

const LOCKFILES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
]

/** The nearest lockfile, in `cwd` or a folder above it, as name and digest. */
async function lockfileOf({ cwd, context, breathe }: BuildJob): Promise<string> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const name of LOCKFILES) {
      const path = join(folder, name)
      if (!isReadable(path, context.grants.read)) continue
      using file = openForReading(confineRead(context.grants, path))
      return `${name} ${await digestOf(file, 'sha256', breathe)}`
    }
    if (folder === dirname(folder)) return ''
  }
}

// A lockfile above the granted folders is none of ours: no error, as nobody asked for it by name.
function isReadable(path: string, read: readonly string[]): boolean {
  if (!isThere(path)) return false
  try {
    confineRead({ read, write: [], exec: [] }, path)
    return true
  } catch (error) {
    if (error instanceof TaskError) return false
    throw error
  }
}
