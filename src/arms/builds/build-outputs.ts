import { lstatSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { confineRemoval, confineWrite, isUnder } from '../confine.ts'
import { OutputFile, syncFolder } from '../output-file.ts'
import { digestOf, openForReading } from '../read-file.ts'
import { selectFiles, type Selected } from '../select-files.ts'
import { ifExists, isSystemError } from '../system-errors.ts'
import { TaskError } from '../task-errors.ts'
import type { CachedFile, CacheEntry } from './build-cache.ts'
import type { BuildJob } from './build-job.ts'
import { presentOutputs } from './build-measure.ts'

/** What the build left where it said it would. */
export async function madeOutputs({ payload, context, cwd, breathe }: BuildJob): Promise<Selected> {
  const made = await selectFiles(
    { paths: payload.outputs, exclude: [], cwd },
    context.grants,
    breathe,
  )
  if (payload.outputs.length === 0 || made.files.length + made.links.length > 0) return made
  throw new TaskError(
    'E_PRECONDITION',
    `the build exited with code 0 but no file matches its outputs ${payload.outputs.join(', ')}`,
  )
}

/** Puts them into the cache; answers what an entry says of them. */
export async function keepOutputs(
  { files }: Selected,
  { cache, cwd, breathe }: BuildJob,
): Promise<CachedFile[]> {
  const kept: CachedFile[] = []
  for (const file of files) {
    const sha256 = await cache.keepBlob(file.path, breathe)
    const { mode, size } = lstatSync(file.path)
    kept.push({ path: relative(cwd, file.name), mode: mode & 0o777, bytes: size, sha256 })
  }
  return kept
}

/**
 * Makes the outputs what they were after the cached run: equal files stay untouched, the others are replaced by rename,
 * those of other runs go. Undefined when the cache turns out to be damaged; the build has to run then.
 */
export async function restore(
  entry: CacheEntry,
  job: BuildJob,
): Promise<{ readonly written: number } | undefined> {
  if (!job.cache.isWhole(entry)) return undefined
  const wanted = new Map(entry.files.map((file) => [resolve(job.cwd, file.path), file]))
  await removeOutputs(job, (path) => !wanted.has(path))
  using staged = new DisposableStack()
  const changed: OutputFile[] = []
  for (const [name, file] of wanted) {
    const path = confineWrite(job.context.grants, name)
    if (await isEqual(path, file, job)) continue
    const output = staged.use(new OutputFile(path, job.context.id, { mode: file.mode }))
    if (!(await job.cache.copyBlob(file.sha256, output, job.breathe))) return undefined
    output.finish()
    changed.push(output)
  }
  for (const output of changed) output.appear()
  for (const folder of new Set(changed.map((output) => dirname(output.path)))) syncFolder(folder)
  return { written: changed.length }
}

/** Removes present outputs, and folders that become empty by it. */
export async function removeOutputs(job: BuildJob, goes: (path: string) => boolean): Promise<void> {
  for (const file of await presentOutputs(job)) {
    if (!goes(file.path)) continue
    rmSync(confineRemoval(job.context.grants, file.path))
    removeEmpty(dirname(file.path), job.cwd)
  }
}

function removeEmpty(folder: string, cwd: string): void {
  for (let at = folder; at !== cwd && isUnder(cwd, at); at = dirname(at)) {
    try {
      rmdirSync(at)
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOTEMPTY') return
      throw error
    }
  }
}

async function isEqual(path: string, file: CachedFile, { breathe }: BuildJob): Promise<boolean> {
  const stat = ifExists(() => lstatSync(path))
  if (
    stat === undefined ||
    !stat.isFile() ||
    stat.size !== file.bytes ||
    (stat.mode & 0o777) !== file.mode
  )
    return false
  using present = openForReading(path)
  return (await digestOf(present, 'sha256', breathe)) === file.sha256
}
