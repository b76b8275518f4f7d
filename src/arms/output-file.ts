import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { refuseMoved } from './read-file.ts'
import { isSystemError } from './system-errors.ts'

export interface OutputOptions {
  /** Permission bits of the finished file. */
  readonly mode?: number
  /** Written to disk before it appears under its name; false where its content is checked again on use. Default true. */
  readonly durable?: boolean
}

/**
 * A file that appears under its name whole or not at all: written as `.tmp-…` in the same folder, synced, renamed, and
 * the folder synced. What is not committed is removed on disposal.
 *
 * The temporary name follows from the task and the target: attempts of one task never overlap, so one found there is a
 * leftover of an attempt that died, and is replaced.
 */
export class OutputFile implements Disposable {
  readonly path: string
  readonly temporaryPath: string
  readonly #durable: boolean
  #fd: number | undefined
  #renamed = false

  /** @param path a real path, from `confineWrite` */
  constructor(path: string, taskId: string, { mode = 0o644, durable = true }: OutputOptions = {}) {
    this.path = path
    this.temporaryPath = join(dirname(path), temporaryName(taskId, path))
    this.#durable = durable
    mkdirSync(dirname(path), { recursive: true })
    this.#fd = openFresh(this.temporaryPath)
    try {
      refuseMoved(this.#fd, this.temporaryPath)
      fchmodSync(this.#fd, mode & 0o777)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  write(bytes: Uint8Array): void {
    const fd = this.#open()
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  }

  /** In seconds, as `stat` gives it divided by 1000. */
  setModified(seconds: number): void {
    futimesSync(this.#open(), seconds, seconds)
  }

  /** All is written. Its bytes are on disk and may be read back from `temporaryPath`. */
  finish(): void {
    if (this.#fd === undefined) return
    if (this.#durable) fsyncSync(this.#fd)
    closeSync(this.#fd)
    this.#fd = undefined
  }

  /** Makes it appear. For many files of one folder: `appear` each, then `syncFolder` once. */
  appear(): void {
    this.finish()
    renameSync(this.temporaryPath, this.path)
    this.#renamed = true
  }

  commit(): void {
    this.appear()
    if (this.#durable) syncFolder(dirname(this.path))
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
    if (!this.#renamed) rmSync(this.temporaryPath, { force: true })
  }

  #open(): number {
    if (this.#fd === undefined)
      throw new TypeError(`${this.path} is finished and cannot be written to`)
    return this.#fd
  }
}

/** Writes a small file in one go. */
export function writeOutput(
  path: string,
  taskId: string,
  content: string | Uint8Array,
  options?: OutputOptions,
): void {
  using output = new OutputFile(path, taskId, options)
  output.write(typeof content === 'string' ? Buffer.from(content) : content)
  output.commit()
}

/** Renames in a folder are on disk only once the folder is. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

const TEMPORARY = /^\.tmp-[0-9a-f]{16}-[0-9a-f]{8}$/

/** Is this the name of an unfinished output? Such files are nobody's input. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name)
}

/** A folder for what a task keeps beside its target until that is whole; its name is nobody's input either. */
export function temporaryFolder(taskId: string, path: string): string {
  return join(dirname(path), temporaryName(taskId, `${path}.parts`))
}

// Callers' ids may hold any character and be long; a digest is a file name on every system.
function temporaryName(taskId: string, path: string): string {
  return `.tmp-${shortDigest(taskId, 16)}-${shortDigest(basename(path), 8)}`
}

function shortDigest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}

const FRESH = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

function openFresh(path: string): number {
  try {
    return openSync(path, FRESH, 0o600)
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error
    rmSync(path)
    return openSync(path, FRESH, 0o600)
  }
}
