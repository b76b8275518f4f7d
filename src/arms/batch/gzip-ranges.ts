import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import type { OutputFile } from '../output-file.ts'
import type { Breathe } from '../pace.ts'
import { openForReading, readChunks, type OpenFile } from '../read-file.ts'
import type { Part } from '../split.ts'
import { TaskError } from '../task-errors.ts'
import { GZIP_BLOCK_BYTES } from './packing.ts'
import {
  compressRange,
  type CompressRange,
  type CompressRangeResult,
  type SourceStat,
} from './range-tasks.ts'

/** A smaller file is done sooner than it is split, stored in ranges and joined. */
export const SPLIT_BYTES_MIN = 64 * 1024 * 1024

/** A range takes a thread some 300 ms: worth a task of its own, and short enough that threads end together. */
const RANGE_BYTES_MIN = 16 * 1024 * 1024

export type Range = Extract<CompressRangeResult, { outcome: 'made' }>

/**
 * A large file as parts of at most `rangesMax`. Ranges begin where a block of the file would begin anyway, so the joined
 * file is the same to the byte as if one thread had made it.
 */
export function rangeParts(
  file: OpenFile,
  folder: string,
  { level, verify }: Pick<CompressRange, 'level' | 'verify'>,
  rangesMax: number,
): Part[] {
  const stat = sourceStat(file.stat)
  const fair = Math.ceil(stat.size / rangesMax / GZIP_BLOCK_BYTES) * GZIP_BLOCK_BYTES
  const bytes = Math.max(RANGE_BYTES_MIN, fair)
  const parts: Part[] = []
  for (let start = 0; start < stat.size; start += bytes) {
    const payload: CompressRange = {
      source: file.path,
      stat,
      start,
      end: Math.min(start + bytes, stat.size),
      ...(level === undefined ? {} : { level }),
      verify,
      output: join(folder, String(parts.length)),
    }
    parts.push({ type: compressRange.type, payload })
  }
  return parts
}

function sourceStat({ size, mtimeNs, ino }: BigIntStats): SourceStat {
  return { size: Number(size), mtimeNs: String(mtimeNs), ino: String(ino) }
}

/** Is this still the file that was split? */
export function isSource(now: BigIntStats, { size, mtimeNs, ino }: SourceStat): boolean {
  return now.size === BigInt(size) && now.mtimeNs === BigInt(mtimeNs) && now.ino === BigInt(ino)
}

/** Writes ranges behind each other, each checked against what its own task had written and read back. */
export async function joinRanges(
  ranges: readonly Range[],
  output: OutputFile,
  breathe: Breathe,
): Promise<string> {
  const whole = createHash('sha256')
  for (const range of ranges) {
    const own = createHash('sha256')
    using file = openForReading(range.output)
    for await (const chunk of readChunks(file, breathe)) {
      own.update(chunk)
      whole.update(chunk)
      output.write(chunk)
    }
    if (own.digest('hex') !== range.sha256)
      throw new TaskError('E_IO', `${range.output} is not as it was written; look at the disk`)
  }
  return whole.digest('hex')
}
