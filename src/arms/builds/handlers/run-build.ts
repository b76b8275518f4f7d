import { join } from 'node:path'
import { systemClock } from '../../../protocol/clock.ts'
import type { SpawnResult } from '../../../protocol/host.ts'
import { runCommand, told } from '../../commands.ts'
import { withLock } from '../../lock.ts'
import { stopwatch } from '../../pace.ts'
import type { Selected } from '../../select-files.ts'
import { withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { capped, count, tailWithin } from '../../task-result.ts'
import type { CachedFile, CacheEntry } from '../build-cache.ts'
import { judge, type BuildJob } from '../build-job.ts'
import { changesBetween } from '../build-key.ts'
import { changedInputs, measure, type Measured } from '../build-measure.ts'
import { keepOutputs, madeOutputs, removeOutputs, restore } from '../build-outputs.ts'
import type { Build, BuildResult } from '../tasks.ts'
import { snapshot, undeclaredWrites } from '../written-files.ts'

export const run: (payload: Build, context: TaskContext) => Promise<BuildResult> = withTaskErrors(
  async (payload, context) => {
    const job = judge(payload, context)
    if (payload.dryRun) return await plan(job)
    // Two builds in one folder would measure and cache each other's half-written files.
    const locks = join(context.cacheDir, 'locks')
    return await withLock(locks, `build ${job.cwd}`, context.signal, () => build(job))
  },
)

async function plan(job: BuildJob): Promise<BuildResult> {
  const measured = await measure(job)
  const isHit = job.payload.cache && job.cache.find(measured.key) !== undefined
  const why = isHit ? [] : reasons(job, measured)
  const summary = isHit
    ? `would restore the outputs of ${told(job.request)}`
    : `would run ${told(job.request)}: ${why.join('; ')}`
  return { ...inputsOf(measured, job), summary, cache: isHit ? 'hit' : 'miss', why: shortened(why) }
}

async function build(job: BuildJob): Promise<BuildResult> {
  const elapsedMs = stopwatch()
  const measured = await measure(job)
  const why = reasons(job, measured)
  rememberRun(job, measured)
  const entry = job.payload.cache ? job.cache.find(measured.key) : undefined
  const restored = entry === undefined ? undefined : await restore(entry, job)
  if (entry !== undefined && restored !== undefined)
    return hit(job, measured, entry, restored.written, elapsedMs())
  if (entry !== undefined) job.cache.forget(measured.key)
  return await miss(job, measured, why, elapsedMs)
}

async function miss(
  job: BuildJob,
  measured: Measured,
  why: readonly string[],
  elapsedMs: () => number,
): Promise<BuildResult> {
  if (job.payload.clean) await removeOutputs(job, () => true)
  const before = await snapshot(job)
  const ended = await runCommand(job.request, job.context)
  const made = await madeOutputs(job)
  const declared = new Set(made.files.map((file) => file.path))
  const undeclared = undeclaredWrites(before, await snapshot(job), declared, job.cwd)
  const notCached = refusal(job, measured, made)
  const files = notCached === undefined ? await keep(job, measured, made, ended) : []
  return {
    ...inputsOf(measured, job),
    ...outputsOf(job, made, files),
    summary: `${told(job.request)} ran in ${ended.ms} ms: ${why[0] ?? ''}${why.length > 1 ? ` and ${why.length - 1} more` : ''}`,
    metrics: {
      ...inputMetrics(measured),
      outputs: made.files.length,
      outputBytes: made.bytes,
      runMs: ended.ms,
      ms: elapsedMs(),
    },
    cache: job.payload.cache ? 'miss' : 'off',
    why: shortened(why),
    undeclared: shortened(undeclared),
    ...tails(ended),
    ...(notCached === undefined ? {} : { notCached }),
  }
}

/** Why these outputs must not be given out for these inputs. */
function refusal(job: BuildJob, measured: Measured, made: Selected): string | undefined {
  if (!job.payload.cache) return 'cache is off'
  const [changed] = changedInputs(measured)
  if (changed !== undefined) return `${changed} changed while the build ran`
  const [link] = made.links
  return link === undefined ? undefined : `the outputs hold symbolic links, such as ${link}`
}

async function keep(
  job: BuildJob,
  { key }: Measured,
  made: Selected,
  ended: SpawnResult,
): Promise<CachedFile[]> {
  const files = await keepOutputs(made, job)
  job.cache.keep(key, { files, ...tails(ended), ms: ended.ms })
  return files
}

function hit(
  job: BuildJob,
  measured: Measured,
  entry: CacheEntry,
  written: number,
  ms: number,
): BuildResult {
  job.cache.touch(measured.key, systemClock.wallMs())
  const outputBytes = entry.files.reduce((sum, file) => sum + file.bytes, 0)
  const { kept, omitted } = capped(
    entry.files.map((file) => ({ ...file, path: join(job.cwd, file.path) })).map(asArtifact),
  )
  return {
    ...inputsOf(measured, job),
    summary: `nothing changed: ${count(entry.files.length, 'output')} of ${told(job.request)} from the cache, ${written} written, in ${ms} ms instead of ${entry.ms}`,
    metrics: {
      ...inputMetrics(measured),
      outputs: entry.files.length,
      outputBytes,
      written,
      savedMs: entry.ms,
      artifactsOmitted: omitted,
      ms,
    },
    artifacts: kept,
    cache: 'hit',
    ...tails(entry),
  }
}

/** What changed since the last run of this command here, or of this program with other arguments. */
function reasons(job: BuildJob, { facts }: Measured): readonly string[] {
  if (!job.payload.cache) return ['the cache is off']
  const [exact, loose] = runNames(job)
  const before = job.cache.lastRun(exact) ?? job.cache.lastRun(loose)
  if (before === undefined) return ['it is the first run here']
  const changes = changesBetween(before, facts)
  return changes.length > 0 ? changes : ['its outputs are not in the cache']
}

function rememberRun(job: BuildJob, { facts }: Measured): void {
  for (const name of runNames(job)) job.cache.keepRun(name, facts)
}

function runNames({ cwd, request, payload }: BuildJob): readonly [exact: string, loose: string] {
  return [
    JSON.stringify([cwd, request.argv]),
    JSON.stringify([cwd, payload.script ?? request.argv[0]]),
  ]
}

function inputsOf(measured: Measured, { payload }: BuildJob): BuildResult {
  return {
    summary: '',
    metrics: inputMetrics(measured),
    artifacts: [],
    key: measured.key,
    cache: payload.cache ? 'miss' : 'off',
    why: [],
    undeclared: [],
    stdoutTail: '',
    stderrTail: '',
  }
}

function inputMetrics({ files, bytes }: Measured): Readonly<Record<string, number>> {
  return { inputs: files.length, inputBytes: bytes }
}

function outputsOf(
  job: BuildJob,
  made: Selected,
  files: readonly CachedFile[],
): Pick<BuildResult, 'artifacts'> {
  const known =
    files.length > 0
      ? files.map((file) => ({ ...file, path: join(job.cwd, file.path) }))
      : made.files
  return { artifacts: capped(known.map(asArtifact)).kept }
}

function asArtifact({
  path,
  bytes,
  sha256,
}: {
  readonly path: string
  readonly bytes: number
  readonly sha256?: string
}) {
  return { path, bytes, ...(sha256 === undefined ? {} : { sha256 }) }
}

const RESULT_TAIL_BYTES = 8 * 1024

function tails({ stdoutTail, stderrTail }: Pick<SpawnResult, 'stdoutTail' | 'stderrTail'>) {
  return {
    stdoutTail: tailWithin(stdoutTail, RESULT_TAIL_BYTES),
    stderrTail: tailWithin(stderrTail, RESULT_TAIL_BYTES),
  }
}

const SENTENCES_BYTES_MAX = 6 * 1024

function shortened(sentences: readonly string[]): readonly string[] {
  const { kept, omitted } = capped(sentences, SENTENCES_BYTES_MAX)
  return omitted === 0 ? kept : [...kept, `and ${omitted} more`]
}
