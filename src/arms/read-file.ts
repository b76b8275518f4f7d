import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs'
import type { Breathe } from './pace.ts'
import { isSystemError } from './system-errors.ts'
import { TaskError } from './task-errors.ts'

/** The signal is looked at once a chunk; a chunk takes well under 50 ms to read and hash. */
export const CHUNK_BYTES = 1024 * 1024

export interface OpenFile extends Disposable {
  readonly fd: number
  readonly path: string
  /** As it was when the file was opened. */
  readonly stat: BigIntStats
}

/**
 * Opens a regular file by its real path (see confine.ts). A link is not followed, and a pipe, socket or device is
 * refused instead of waited for.
 */
export function openForReading(realPath: string): OpenFile {
  const fd = openSync(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const file = {
    fd,
    path: realPath,
    stat: fstatSync(fd, { bigint: true }),
    [Symbol.dispose]: () => closeSync(fd),
  }
  try {
    if (!file.stat.isFile()) throw new TaskError('E_PRECONDITION', `${realPath} is no regular file`)
    refuseMoved(fd, realPath)
    return file
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** A folder of the path may have become a link after it was judged: the kernel tells what was really opened. */
export function refuseMoved(fd: number, realPath: string): void {
  const opened = openedPath(fd)
  if (opened === undefined || opened === realPath) return
  throw new TaskError('E_IO', `${realPath} was moved or replaced while it was being opened`)
}

function openedPath(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch (error) {
    // Not every system has /proc; the check is a second line of defence there is no substitute for.
    if (isSystemError(error)) return undefined
    throw error
  }
}

/** The file's bytes, in chunks that are valid until the next one is asked for. */
export async function* readChunks(
  file: OpenFile,
  breathe: Breathe,
  chunkBytes = CHUNK_BYTES,
): AsyncGenerator<Buffer> {
  const size = Number(file.stat.size)
  const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, size + 1))
  for (let offset = 0; ;) {
    await breathe()
    const bytes = fill(file.fd, buffer, offset)
    if (bytes > 0) yield buffer.subarray(0, bytes)
    offset += bytes
    if (bytes < buffer.length) break
  }
  refuseChanged(file)
}

/** A whole file, for those who cannot work in chunks. */
export async function readWhole(
  file: OpenFile,
  bytesMax: number,
  breathe: Breathe,
): Promise<Buffer> {
  if (file.stat.size > bytesMax) {
    throw new TaskError(
      'E_PRECONDITION',
      `${file.path} has ${file.stat.size} bytes, more than the ${bytesMax} that are read at once`,
    )
  }
  const parts: Buffer[] = []
  for await (const chunk of readChunks(file, breathe)) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

/** @throws TaskError E_IO, to be retried, when somebody wrote to the file since it was opened */
export function refuseChanged(file: OpenFile): void {
  const now = fstatSync(file.fd, { bigint: true })
  if (now.size === file.stat.size && now.mtimeNs === file.stat.mtimeNs) return
  throw new TaskError(
    'E_IO',
    `${file.path} changed while it was being read; it is read again on the next attempt`,
  )
}

/** Reads until the buffer is full or the file ends. */
export function fill(fd: number, buffer: Uint8Array, offset: number): number {
  let filled = 0
  while (filled < buffer.length) {
    const bytes = readSync(fd, buffer, filled, buffer.length - filled, offset + filled)
    if (bytes === 0) break
    filled += bytes
  }
  return filled
}

/** Names as OpenSSL knows them. */
export type DigestName = 'sha256' | 'sha512' | 'blake2b512'

/** The digest of a file, in hex. `onBytes` hears of each chunk. */
export async function digestOf(
  file: OpenFile,
  algo: DigestName,
  breathe: Breathe,
  onBytes: (bytes: number) => void = () => {},
): Promise<string> {
  const hash = createHash(algo)
  for await (const chunk of readChunks(file, breathe)) {
    hash.update(chunk)
    onBytes(chunk.length)
  }
  return hash.digest('hex')
}
