import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { BUILT, type Input, type LogPart } from './input.ts'
import type { Plan } from './plan.ts'

/** One question that was put to the outputs, and the answer. */
export interface Check {
  readonly name: string
  /** What was looked at, and by what. */
  readonly seen: string
  /** Each a sentence; none when all is as it should be. */
  readonly problems: readonly string[]
}

export type OnProgress = (done: number, total: number) => void

const run = promisify(execFile)
const OUTPUT_BYTES_MAX = 512 * 1024 * 1024

/** Every output against a computation that shares no code with the engine. */
export async function* verifyOutputs(
  input: Input,
  plan: Plan,
  onProgress: OnProgress = () => {},
): AsyncGenerator<Check> {
  yield await checkSums(input, plan, onProgress)
  yield await checkCompressed(input, onProgress)
  yield await checkBuilds(input, onProgress)
}

// ── checksums ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function checkSums(input: Input, plan: Plan, onProgress: OnProgress): Promise<Check> {
  const sumFiles = plan.tasks.flatMap((task) =>
    task.type === 'checksum-files' ? task.payload.out : [],
  )
  // Another program has other bugs: it reads the same sums while this thread hashes for itself.
  const bySystem = checkBySystem(sumFiles)
  const byNode = checkByNode(input, readSums(sumFiles), onProgress)
  const system = await bySystem
  const by = system === undefined ? 'node:crypto' : 'node:crypto, sha256sum -c'
  const count = input.files.length.toLocaleString('en-US')
  const problems = [...byNode, ...(system ?? [])]
  return { name: 'checksums', seen: `${count} files: ${by}`, problems }
}

/** What sha256sum itself has to say; undefined on a system without it. */
async function checkBySystem(sumFiles: readonly string[]): Promise<readonly string[] | undefined> {
  const [first = '.'] = sumFiles
  const names = sumFiles.map((path) => basename(path))
  const options = { cwd: dirname(first), maxBuffer: OUTPUT_BYTES_MAX }
  try {
    await run('sha256sum', ['-c', ...names], options)
    return []
  } catch (error) {
    if (isMissing(error)) return undefined
    const lines = outputOf(error).split('\n')
    const failed = lines.filter((line) => line.endsWith('FAILED') || line.includes('FAILED open'))
    return failed.length > 0
      ? failed.map((line) => `sha256sum says ${line}`)
      : [`sha256sum -c failed: ${String(error).slice(0, 300)}`]
  }
}

/** Digests by absolute path, as the outputs tell them. No package has names that would be escaped there. */
function readSums(sumFiles: readonly string[]): ReadonlyMap<string, string> {
  const sums = new Map<string, string>()
  for (const path of sumFiles) {
    const lines = textOf(path)
      .split('\n')
      .filter((line) => line !== '')
    for (const line of lines) sums.set(resolve(dirname(path), line.slice(66)), line.slice(0, 64))
  }
  return sums
}

function checkByNode(
  { files, nodeModules }: Input,
  sums: ReadonlyMap<string, string>,
  onProgress: OnProgress,
): readonly string[] {
  const problems: string[] = []
  for (const [at, { path }] of files.entries()) {
    const name = join(nodeModules, path)
    const wanted = hash('sha256', readFileSync(name))
    const told = sums.get(name)
    if (told === undefined) problems.push(`no sum of ${path} was written`)
    else if (told !== wanted) problems.push(`the sum of ${path} is ${told}, should be ${wanted}`)
    onProgress(at + 1, files.length)
  }
  const more = sums.size - files.length
  return more > 0 ? [...problems, `${more} sums of files that nobody asked for`] : problems
}

// ── compressed files ───────────────────────────────────────────────────────────────────────────────────────────────

async function checkCompressed({ logParts }: Input, onProgress: OnProgress): Promise<Check> {
  const problems: string[] = []
  const hasGunzip = await isInstalled('gunzip')
  for (const [at, part] of logParts.entries()) {
    const problem = await faultOf(part, hasGunzip ? gunzipBySystem : gunzipByNode)
    if (problem !== undefined) problems.push(problem)
    onProgress(at + 1, logParts.length)
  }
  const by = hasGunzip ? 'gunzip' : 'node:zlib'
  return { name: 'gzip', seen: `${logParts.length} parts: ${by}, byte by byte`, problems }
}

async function faultOf(
  { path, sha256 }: LogPart,
  gunzip: (path: string) => Promise<Buffer>,
): Promise<string | undefined> {
  const original = readFileSync(path)
  if (hash('sha256', original) !== sha256)
    return `${basename(path)} is no longer what was generated`
  try {
    const unpacked = await gunzip(`${path}.gz`)
    return unpacked.equals(original) ? undefined : `${basename(path)}.gz holds something else`
  } catch (error) {
    return `${basename(path)}.gz cannot be unpacked: ${firstLine(error)}`
  }
}

async function gunzipBySystem(path: string): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: OUTPUT_BYTES_MAX } as const
  return (await run('gunzip', ['-c', path], options)).stdout
}

function gunzipByNode(path: string): Promise<Buffer> {
  return Promise.resolve(gunzipSync(readFileSync(path)))
}

// ── builds ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function checkBuilds({ packages, folder }: Input, onProgress: OnProgress): Promise<Check> {
  const problems: string[] = []
  let files = 0
  for (const [at, name] of packages.entries()) {
    const direct = join(folder, 'direct', name)
    await run(process.execPath, ['build.mts'], { cwd: direct })
    const wanted = contentsOf(join(direct, BUILT))
    files += 2 * wanted.size
    for (const checkout of ['first', 'second'])
      problems.push(
        ...differences(
          `${checkout}/${name}`,
          wanted,
          contentsOf(join(folder, checkout, name, BUILT)),
        ),
      )
    onProgress(at + 1, packages.length)
  }
  const seen = `${2 * packages.length} builds, ${files} files: the command run directly`
  return { name: 'builds', seen, problems }
}

function differences(
  where: string,
  wanted: ReadonlyMap<string, Buffer>,
  built: ReadonlyMap<string, Buffer>,
): readonly string[] {
  const names = [...new Set([...wanted.keys(), ...built.keys()])]
  return names.flatMap((name) => {
    const [one, other] = [wanted.get(name), built.get(name)]
    if (other === undefined) return [`${where}/${BUILT}/${name} is missing`]
    if (one === undefined) return [`${where}/${BUILT}/${name} should not be there`]
    return one.equals(other) ? [] : [`${where}/${BUILT}/${name} differs from a direct build`]
  })
}

function contentsOf(folder: string): ReadonlyMap<string, Buffer> {
  // A build that left nothing is told by each file it lacks.
  if (!existsSync(folder)) return new Map()
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path)]))
}

// ── what the system says ───────────────────────────────────────────────────────────────────────────────────────────

async function isInstalled(program: string): Promise<boolean> {
  try {
    await run(program, ['--version'])
    return true
  } catch (error) {
    // One that runs and does not know the option is there all the same.
    return !isMissing(error)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function outputOf(error: unknown): string {
  return error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
}

function firstLine(error: unknown): string {
  const told = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  return (told === '' ? String(error) : told).split('\n')[0] ?? ''
}

/** An output that is not there is reported by what it lacks. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}
