import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import { OctopusError } from '../../protocol/errors.ts'

/**
 * SQLite reads its log up to the first frame whose checksum does not fit, and takes the rest for the torn end of an
 * unfinished write. When such a frame is damage in the middle instead, acknowledged commits behind it vanish without a
 * word. Only a look past the break tells the two apart:
 *
 * ```
 * header | frame frame COMMIT | frame ✗ frame COMMIT | frame frame COMMIT |
 *                                     ▲ break          ▲ proof: this was written only after
 *                                                        the commit before it had been synced
 * ```
 *
 * A frame's checksum goes on from the one before it, so behind a break the chain is taken up again from the checksum a
 * damaged frame carries. A transaction that begins behind the broken one proves damage. Frames of the broken one itself
 * prove nothing: power loss may have kept any of them.
 *
 * Format: https://sqlite.org/fileformat2.html#walformat
 */
export function checkWal(path: string): void {
  const file = openWal(path)
  if (file === undefined) return
  try {
    const wal = readHeader(file, path)
    if (wal !== undefined) walk(file, wal, path)
  } finally {
    closeSync(file)
  }
}

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const BEGINNING_BYTES = 4_096
const MAGIC_LITTLE = 0x377f0682
const MAGIC_BIG = 0x377f0683

interface Wal {
  readonly pageBytes: number
  readonly frameCount: number
  readonly salts: readonly [number, number]
  /** Are the words under the checksum in the other byte order than this machine's? */
  readonly swapped: boolean
  readonly seed: Checksum
}

type Checksum = readonly [number, number]

interface Frame {
  readonly ours: boolean
  readonly commits: boolean
  readonly stored: Checksum
  /** What its checksum should be, after the given one. */
  follows(before: Checksum): boolean
}

function openWal(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Undefined for a log that was never begun. SQLite syncs the header before the first frame, so a header that does not
 * fit is damage wherever anything was written at all; SQLite itself would drop the whole log for it.
 */
function readHeader(file: number, path: string): Wal | undefined {
  const bytes = Buffer.alloc(BEGINNING_BYTES)
  readSync(file, bytes, 0, BEGINNING_BYTES, 0)
  if (bytes.every((byte) => byte === 0)) return undefined
  const magic = bytes.readUInt32BE(0)
  const swapped = (magic === MAGIC_BIG) !== (endianness() === 'BE')
  const seed = stored(bytes, 24)
  const known = magic === MAGIC_LITTLE || magic === MAGIC_BIG
  if (!known || !same(checksum(bytes, 0, 24, [0, 0], swapped), seed))
    throw damage(`${path} is damaged in its header, at byte 0`)
  const pageBytes = bytes.readUInt32BE(8)
  const frameCount = Math.floor(
    (fstatSync(file).size - HEADER_BYTES) / (FRAME_HEADER_BYTES + pageBytes),
  )
  return {
    pageBytes,
    frameCount,
    salts: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
    swapped,
    seed,
  }
}

function walk(file: number, wal: Wal, path: string): void {
  let before = wal.seed
  let brokenAt: number | undefined
  let committedBehind = false
  for (const [at, frame] of frames(file, wal)) {
    const fits = frame.ours && frame.follows(before)
    if (fits && brokenAt !== undefined && committedBehind) throw damaged(path, wal, brokenAt)
    if (!fits) brokenAt ??= at
    if (brokenAt !== undefined && frame.ours && frame.commits) committedBehind = true
    before = frame.stored
  }
}

function* frames(file: number, wal: Wal): Generator<[at: number, frame: Frame]> {
  const size = FRAME_HEADER_BYTES + wal.pageBytes
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < wal.frameCount; at++) {
    if (readSync(file, bytes, 0, size, HEADER_BYTES + at * size) < size) return
    yield [at, frameOf(bytes, wal)]
  }
}

/** Valid until the next frame is read into the same bytes. */
function frameOf(bytes: Buffer, wal: Wal): Frame {
  const own = stored(bytes, 16)
  return {
    ours: bytes.readUInt32BE(8) === wal.salts[0] && bytes.readUInt32BE(12) === wal.salts[1],
    commits: bytes.readUInt32BE(4) !== 0,
    stored: own,
    follows(before) {
      const head = checksum(bytes, 0, 8, before, wal.swapped)
      return same(checksum(bytes, FRAME_HEADER_BYTES, bytes.length, head, wal.swapped), own)
    },
  }
}

function stored(bytes: Buffer, at: number): Checksum {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
}

function same(a: Checksum, b: Checksum): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** SQLite's sum over pairs of words, in the writer's byte order. */
function checksum(
  bytes: Buffer,
  from: number,
  to: number,
  seed: Checksum,
  swapped: boolean,
): Checksum {
  const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to))
  if (swapped) Buffer.from(words.buffer).swap32()
  let [one, two] = seed
  for (let at = 0; at < words.length; at += 2) {
    one = (one + (words[at] ?? 0) + two) >>> 0
    two = (two + (words[at + 1] ?? 0) + one) >>> 0
  }
  return [one, two]
}

function damaged(path: string, wal: Wal, brokenAt: number): OctopusError {
  const offset = HEADER_BYTES + brokenAt * (FRAME_HEADER_BYTES + wal.pageBytes)
  const where = `in frame ${brokenAt + 1} of ${wal.frameCount}, at byte ${offset}`
  return damage(`${path} is damaged ${where}: acknowledged commits follow behind it`)
}

function damage(what: string): OctopusError {
  return new OctopusError('E_STORE_CORRUPT', what, {
    hint: 'Opening the store would lose acknowledged tasks. Nothing was changed: keep a copy of the store with its -wal, then restore a backup.',
  })
}
