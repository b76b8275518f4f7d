import { lstatSync, mkdirSync } from 'node:fs'
import * as v from 'valibot'
import { confineRemoval, confineWrite } from '../confine.ts'
import { temporaryFolder } from '../output-file.ts'
import { openForReading } from '../read-file.ts'
import type { SelectedFile } from '../select-files.ts'
import { PARTS_MAX, split, type Split } from '../split.ts'
import { ifExists, isSystemError } from '../system-errors.ts'
import type { TaskContext } from '../task-context.ts'
import { TaskError } from '../task-errors.ts'
import { isSource, rangeParts, SPLIT_BYTES_MIN, type Range } from './gzip-ranges.ts'
import { SUFFIX } from './packing.ts'
import { removeRanges, type CompressRangeResult } from './range-tasks.ts'
import type { Compress } from './tasks.ts'

/** A file that is written to all the time is split no more than this; then one thread takes it as it comes. */
const SPLITS_MAX = 3

/**
 * Large files are packed in ranges by all threads of the arm. The ranges lie in a folder beside the target until they are
 * joined; a task that waits for the end of this one removes it, however that end comes.
 */
export async function splitLarge(
  payload: Compress,
  files: readonly SelectedFile[],
  context: TaskContext,
  ready: ReadonlyMap<string, unknown>,
): Promise<Split | undefined> {
  const { begun, splits } = progressOf(context)
  const large = splits < SPLITS_MAX ? files.filter((file) => isLarge(file, payload, context)) : []
  const taken = large.slice(0, PARTS_MAX)
  if (taken.every(({ path }) => ready.has(path))) return undefined
  await context.checkpoint({ begun, splits: splits + 1 })
  const rangesMax = Math.floor(PARTS_MAX / taken.length)
  const folders: string[] = []
  const parts = taken.flatMap(({ path }) => {
    using file = openForReading(path)
    const folder = rangeFolder(context, path)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    folders.push(folder)
    return rangeParts(file, folder, payload, rangesMax)
  })
  await context.enqueue(removeRanges, { folders }, { after: [context.id], onParentFailure: 'run' })
  return split(parts)
}

/** What earlier attempts left to this one. */
export function progressOf({ lastCheckpoint }: Pick<TaskContext, 'lastCheckpoint'>): {
  /** They may have removed originals. */
  readonly begun: boolean
  readonly splits: number
} {
  const known = v.safeParse(PROGRESS, lastCheckpoint)
  return known.success ? known.output : { begun: false, splits: 0 }
}

const PROGRESS = v.object({ begun: v.boolean(), splits: v.optional(v.number(), 0) })

export function rangeFolder({ id, grants }: TaskContext, path: string): string {
  return temporaryFolder(id, confineWrite(grants, path + SUFFIX.gzip))
}

/** The ranges of each file, in order, as long as all of them are there and the file is still what it was. */
export function rangesBySource(results: readonly CompressRangeResult[]): Map<string, Range[]> {
  const bySource = new Map<string, Range[]>()
  for (const result of results) {
    const ranges = bySource.get(result.source) ?? []
    bySource.set(result.source, result.outcome === 'made' ? [...ranges, result] : ranges)
  }
  const changed = results.filter(({ outcome }) => outcome === 'changed')
  for (const { source } of changed) bySource.delete(source)
  for (const [source, ranges] of bySource) if (!areUsable(source, ranges)) bySource.delete(source)
  return bySource
}

function areUsable(source: string, ranges: readonly Range[]): boolean {
  const stat = ifExists(() => lstatSync(source, { bigint: true }))
  return (
    stat !== undefined &&
    ranges.every((range) => isSource(stat, range.stat)) &&
    ranges.every(({ output, bytesOut }) => ifExists(() => lstatSync(output))?.size === bytesOut)
  )
}

// What stands in the way of a file is told by the thread that would do it whole.
function isLarge(
  file: SelectedFile,
  { algo, decompress, dryRun, keepOriginal }: Compress,
  { grants }: TaskContext,
): boolean {
  if (algo !== 'gzip' || decompress || dryRun || file.bytes < SPLIT_BYTES_MIN) return false
  try {
    const target = confineWrite(grants, file.path + SUFFIX.gzip)
    if (!keepOriginal) confineRemoval(grants, file.path)
    const isLink = lstatSync(file.name).isSymbolicLink()
    return !isLink && ifExists(() => lstatSync(target)) === undefined
  } catch (error) {
    if (error instanceof TaskError || isSystemError(error)) return false
    throw error
  }
}
