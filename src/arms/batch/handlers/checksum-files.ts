import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { confineRead, confineWrite } from '../../confine.ts'
import { writeOutput } from '../../output-file.ts'
import { breather, stopwatch, type Breathe } from '../../pace.ts'
import { digestOf, openForReading, readWhole, type DigestName } from '../../read-file.ts'
import { selectSomeFiles, type SelectedFile } from '../../select-files.ts'
import { ifExists, isSystemError, withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { TaskError } from '../../task-errors.ts'
import { capped, count, type Artifact } from '../../task-result.ts'
import { formatSum, nameIn, parseSums, pathOf, type Sum } from '../checksum-lines.ts'
import type { Checksum, ChecksumResult, Mismatch } from '../tasks.ts'

export const run: (payload: Checksum, context: TaskContext) => Promise<ChecksumResult> =
  withTaskErrors(async (payload, context) =>
    payload.verify === undefined
      ? await makeSums(payload, context)
      : await checkSums(payload, payload.verify, context),
  )

async function makeSums(payload: Checksum, context: TaskContext): Promise<ChecksumResult> {
  const elapsedMs = stopwatch()
  const breathe = breather(context.signal)
  const out = payload.out === undefined ? undefined : confineWrite(context.grants, payload.out)
  const cwd = payload.cwd ?? process.cwd()
  const selection = { paths: payload.paths ?? [], exclude: payload.exclude, cwd }
  const selected = await selectSomeFiles(selection, context.grants, breathe)
  // The sums of an earlier run are no input of this one.
  const files = selected.files.filter((file) => file.path !== out)
  const bytes = sizeOf(files)
  if (payload.dryRun)
    return report(`would hash ${count(files.length, 'file')}, ${bytes} bytes`, {
      files: files.length,
      bytes,
    })
  const folder = out === undefined ? cwd : dirname(out)
  const sums = await sumsOf(files, folder, payload.algo, bytes, context, breathe)
  const text = sums.map(formatSum).join('')
  const artifacts = out === undefined ? [] : [await putSums(out, text, context, breathe)]
  const ms = elapsedMs()
  return {
    ...report(`${payload.algo} of ${count(files.length, 'file')}, ${bytes} bytes`, {
      files: files.length,
      bytes,
      ms,
    }),
    artifacts,
    digestOfDigests: sha256(text),
    digests:
      out === undefined
        ? capped(
            sums.map(({ name, digest }) => ({ path: name, digest })),
            24_000,
          ).kept
        : [],
  }
}

async function sumsOf(
  files: readonly SelectedFile[],
  folder: string,
  algo: DigestName,
  bytesTotal: number,
  context: TaskContext,
  breathe: Breathe,
): Promise<readonly Sum[]> {
  let bytesDone = 0
  const onBytes = (bytes: number): void => context.progress((bytesDone += bytes), bytesTotal)
  const sums: Sum[] = []
  for (const file of files) {
    using opened = openForReading(file.path)
    sums.push({
      name: nameIn(folder, file.name),
      digest: await digestOf(opened, algo, breathe, onBytes),
    })
  }
  return sums
}

async function putSums(
  out: string,
  text: string,
  context: TaskContext,
  breathe: Breathe,
): Promise<Artifact> {
  const content = Buffer.from(text)
  // A re-run that comes to the same sums leaves the file, its date and its readers alone.
  if (!(await holds(out, content, breathe))) writeOutput(out, context.id, content)
  return { path: out, bytes: content.length, sha256: sha256(text) }
}

async function holds(path: string, content: Buffer, breathe: Breathe): Promise<boolean> {
  using file = ifExists(() => openForReading(path))
  if (file === undefined || Number(file.stat.size) !== content.length) return false
  return (await digestOf(file, 'sha256', breathe)) === sha256(content)
}

async function checkSums(
  payload: Checksum,
  verify: string,
  context: TaskContext,
): Promise<ChecksumResult> {
  const elapsedMs = stopwatch()
  const breathe = breather(context.signal)
  const sumsFile = confineRead(context.grants, verify)
  const text = await readText(sumsFile, breathe)
  const { sums, malformedLines } = parseSums(text, payload.algo)
  if (sums.length === 0) {
    throw new TaskError(
      'E_CORRUPT',
      `${verify} holds no ${payload.algo} sum; is algo the right one?`,
    )
  }
  const folder = payload.cwd ?? dirname(sumsFile)
  const mismatches: Mismatch[] = []
  for (const [index, sum] of sums.entries()) {
    const reason = await fault(pathOf(folder, sum.name), sum.digest, payload.algo, context, breathe)
    if (reason !== undefined) mismatches.push({ path: sum.name, reason })
    context.progress(index + 1, sums.length)
  }
  const wrong = mismatches.length + malformedLines.length
  const summary =
    wrong === 0
      ? `${count(sums.length, 'file')} as summed`
      : describe(mismatches, malformedLines, sums.length)
  if (payload.strict && wrong > 0) throw new TaskError('E_CORRUPT', `${verify}: ${summary}`)
  const ms = elapsedMs()
  const metrics = {
    files: sums.length,
    mismatches: mismatches.length,
    malformedLines: malformedLines.length,
    ms,
  }
  return {
    ...report(summary, metrics),
    ok: wrong === 0,
    digestOfDigests: sha256(text),
    mismatches: capped(mismatches, 40_000).kept,
  }
}

async function fault(
  path: string,
  digest: string,
  algo: DigestName,
  context: TaskContext,
  breathe: Breathe,
): Promise<Mismatch['reason'] | undefined> {
  try {
    using file = openForReading(confineRead(context.grants, path))
    return (await digestOf(file, algo, breathe)) === digest ? undefined : 'differs'
  } catch (error) {
    if (error instanceof TaskError && error.code === 'E_PRECONDITION') return 'missing'
    if (isSystemError(error)) return error.code === 'ENOENT' ? 'missing' : 'unreadable'
    throw error
  }
}

function describe(
  mismatches: readonly Mismatch[],
  malformedLines: readonly number[],
  total: number,
): string {
  const files = mismatches.slice(0, 3).map(({ path, reason }) => `${path} ${reason}`)
  const lines =
    malformedLines.length === 0 ? [] : [`line ${malformedLines.slice(0, 3).join(', ')} is no sum`]
  return `${mismatches.length} of ${count(total, 'file')} not as summed: ${[...files, ...lines].join('; ')}`
}

const SUMS_BYTES_MAX = 256 * 1024 * 1024

async function readText(path: string, breathe: Breathe): Promise<string> {
  using file = openForReading(path)
  return (await readWhole(file, SUMS_BYTES_MAX, breathe)).toString()
}

function report(summary: string, metrics: Readonly<Record<string, number>>): ChecksumResult {
  return {
    summary,
    metrics,
    artifacts: [],
    ok: true,
    digestOfDigests: '',
    digests: [],
    mismatches: [],
  }
}

function sizeOf(files: readonly SelectedFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0)
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
