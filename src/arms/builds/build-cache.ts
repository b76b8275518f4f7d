import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { OutputFile, writeOutput } from '../output-file.ts'
import type { Breathe } from '../pace.ts'
import { digestOf, openForReading, readChunks, type OpenFile } from '../read-file.ts'
import { ifExists } from '../system-errors.ts'
import { parseFacts, type BuildFacts } from './build-key.ts'

const cachedFile = v.strictObject({
  /** Relative to the build's `cwd`. */
  path: v.string(),
  mode: v.number(),
  bytes: v.number(),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})

const entry = v.strictObject({
  files: v.array(cachedFile),
  stdoutTail: v.string(),
  stderrTail: v.string(),
  ms: v.number(),
})

export type CachedFile = v.InferOutput<typeof cachedFile>
/** What one successful build left behind. */
export type CacheEntry = v.InferOutput<typeof entry>

/**
 * ```
 * blobs/ab/abcd…      contents by their sha256, shared by all builds
 * entries/ab/abcd….json   by build key; written after its blobs, so an entry speaks for whole outputs
 * runs/abcd….json     the facts of the last run of a command in a folder
 * ```
 *
 * Nothing in it is synced to disk: every blob is hashed again as it is restored, and what does not fit is a miss.
 */
export class BuildCache {
  readonly #folder: string
  readonly #taskId: string

  constructor(cacheDir: string, taskId: string) {
    this.#folder = join(cacheDir, 'builds')
    this.#taskId = taskId
  }

  find(key: string): CacheEntry | undefined {
    const parsed = v.safeParse(entry, readJson(this.#entryPath(key)))
    return parsed.success ? parsed.output : undefined
  }

  keep(key: string, kept: CacheEntry): void {
    this.#write(this.#entryPath(key), JSON.stringify(kept))
  }

  forget(key: string): void {
    rmSync(this.#entryPath(key), { force: true })
  }

  /** Marks an entry as used now, for whoever clears out what is old. */
  touch(key: string, nowMs: number): void {
    utimesSync(this.#entryPath(key), nowMs / 1000, nowMs / 1000)
  }

  /** Is all of it there, as far as sizes tell? */
  isWhole({ files }: CacheEntry): boolean {
    return files.every(
      ({ sha256, bytes }) => ifExists(() => statSync(this.#blobPath(sha256)))?.size === bytes,
    )
  }

  /** Stores a file's content once; answers its digest. */
  async keepBlob(realPath: string, breathe: Breathe): Promise<string> {
    using file = openForReading(realPath)
    const sha256 = await digestOf(file, 'sha256', breathe)
    if (await this.#isSound(sha256, breathe)) return sha256
    using blob = new OutputFile(this.#blobPath(sha256), this.#taskId, {
      mode: 0o600,
      durable: false,
    })
    await copy(file, blob, breathe)
    blob.commit()
    return sha256
  }

  /** Copies a blob into an output; false when it is missing or damaged. */
  async copyBlob(sha256: string, output: OutputFile, breathe: Breathe): Promise<boolean> {
    using blob = ifExists(() => openForReading(this.#blobPath(sha256)))
    return blob !== undefined && (await copy(blob, output, breathe)) === sha256
  }

  async #isSound(sha256: string, breathe: Breathe): Promise<boolean> {
    using blob = ifExists(() => openForReading(this.#blobPath(sha256)))
    return blob !== undefined && (await digestOf(blob, 'sha256', breathe)) === sha256
  }

  lastRun(name: string): BuildFacts | undefined {
    return parseFacts(readJson(this.#runPath(name)))
  }

  keepRun(name: string, facts: BuildFacts): void {
    this.#write(this.#runPath(name), JSON.stringify(facts))
  }

  #write(path: string, text: string): void {
    writeOutput(path, this.#taskId, text, { mode: 0o600, durable: false })
  }

  #entryPath(key: string): string {
    return join(this.#folder, 'entries', key.slice(0, 2), `${key}.json`)
  }

  #blobPath(sha256: string): string {
    return join(this.#folder, 'blobs', sha256.slice(0, 2), sha256)
  }

  #runPath(name: string): string {
    return join(this.#folder, 'runs', `${createHash('sha256').update(name).digest('hex')}.json`)
  }
}

async function copy(from: OpenFile, to: OutputFile, breathe: Breathe): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of readChunks(from, breathe)) {
    hash.update(chunk)
    to.write(chunk)
  }
  return hash.digest('hex')
}

/** Undefined for what is missing or was torn by a power cut: a cache may always start anew. */
function readJson(path: string): unknown {
  const text = ifExists(() => readFileSync(path, 'utf8'))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
