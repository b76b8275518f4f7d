import * as v from 'valibot'
import { declareTask, handlerBeside, type AnyTask, type TaskDefinition } from '../define-task.ts'
import { path, positive } from '../payload-fields.ts'

/** A file as it was when its ranges were made: what is read later must be the same. */
export interface SourceStat {
  readonly size: number
  /** Decimal, in nanoseconds: more than a number holds. */
  readonly mtimeNs: string
  readonly ino: string
}

/** One range of a large file, packed into a file of its own: a part of compress-files. */
export interface CompressRange {
  readonly source: string
  readonly stat: SourceStat
  readonly start: number
  readonly end: number
  readonly level?: number | undefined
  /** Read what was written back and compare. */
  readonly verify: boolean
  readonly output: string
}

export type CompressRangeResult =
  | {
      readonly outcome: 'made'
      readonly source: string
      readonly stat: SourceStat
      readonly output: string
      readonly bytesOut: number
      /** Of the packed bytes. */
      readonly sha256: string
    }
  /** Somebody wrote to the file since it was split. */
  | { readonly outcome: 'changed'; readonly source: string }

const stat = v.strictObject({ size: positive, mtimeNs: v.string(), ino: v.string() })

const range: v.GenericSchema<CompressRange, CompressRange> = v.strictObject({
  source: path,
  stat,
  start: v.pipe(v.number(), v.integer(), v.minValue(0)),
  end: positive,
  level: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9))),
  verify: v.boolean(),
  output: path,
})

export const compressRange: TaskDefinition<CompressRange, CompressRange, CompressRangeResult> =
  declareTask({
    type: 'compress-range',
    arm: 'batch',
    payload: range,
    handler: handlerBeside(import.meta.url, './handlers/compress-range'),
  })

/** Folders of ranges that nobody will join any more. */
export interface RemoveRanges {
  readonly folders: readonly string[]
}

const folders: v.GenericSchema<RemoveRanges, RemoveRanges> = v.strictObject({
  folders: v.array(path),
})

export const removeRanges: TaskDefinition<
  RemoveRanges,
  RemoveRanges,
  { readonly removed: number }
> = declareTask({
  type: 'remove-ranges',
  arm: 'batch',
  payload: folders,
  handler: handlerBeside(import.meta.url, './handlers/remove-ranges'),
})

export const rangeTasks: readonly AnyTask[] = [compressRange, removeRanges]

const made = v.strictObject({
  outcome: v.literal('made'),
  source: path,
  stat,
  output: path,
  bytesOut: positive,
  sha256: v.string(),
})
const changed = v.strictObject({ outcome: v.literal('changed'), source: path })

/** What the parts of a compress-files answered; none for a task that was not split. */
export function rangeResults(parts: readonly unknown[] = []): CompressRangeResult[] {
  return v.parse(v.array(v.variant('outcome', [made, changed])), parts)
}
