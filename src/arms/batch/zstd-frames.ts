import { TaskError } from '../task-errors.ts'

/** A piece of a zstd file that a decoder takes on its own. */
export interface Frame {
  readonly start: number
  readonly end: number
}

/** Reads bytes at an offset; fewer than asked for only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Buffer

/**
 * The data frames of a zstd file, skippable ones left out, walked by their headers alone (RFC 8878). Node's decoder
 * stops with an error, or silently, behind the first frame; files of several are common (pzstd, `cat a.zst b.zst`).
 *
 * @throws TaskError E_CORRUPT when the file ends within a frame or holds anything else
 */
export function* zstdFrames(read: ReadAt, size: number): Generator<Frame> {
  if (size === 0) throw damaged(0, 'is cut off')
  for (let start = 0; start < size;) {
    const magic = number(read, start, 4)
    const end =
      (magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE
        ? start + 8 + number(read, start + 4, 4)
        : frameEnd(read, start, magic)
    if (end > size) throw damaged(start, 'is cut off')
    if (magic === MAGIC) yield { start, end }
    start = end
  }
}

const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
const SKIPPABLE_MASK = 0xfffffff0
const DICTIONARY_BYTES = [0, 1, 2, 4]
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]

const Block = { raw: 0, rle: 1, compressed: 2, reserved: 3 } as const

function frameEnd(read: ReadAt, start: number, magic: number): number {
  if (magic !== MAGIC) throw damaged(start, 'is no zstd frame')
  const descriptor = number(read, start + 4, 1)
  let at = start + 5 + headerBytes(descriptor)
  for (let isLast = false; !isLast;) {
    const block = number(read, at, 3)
    const kind = (block >> 1) & 3
    if (kind === Block.reserved) throw damaged(start, 'is damaged')
    isLast = (block & 1) === 1
    at += 3 + (kind === Block.rle ? 1 : block >> 3)
  }
  const hasChecksum = (descriptor & 4) !== 0
  return at + (hasChecksum ? 4 : 0)
}

function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0)
  return (isSingleSegment ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + contentSize
}

function number(read: ReadAt, offset: number, bytes: number): number {
  const found = read(offset, bytes)
  if (found.length < bytes) throw damaged(offset, 'is cut off')
  return found.readUIntLE(0, bytes)
}

function damaged(offset: number, how: string): TaskError {
  return new TaskError('E_CORRUPT', `what begins at byte ${offset} ${how}`)
}
