import * as v from 'valibot'
import type { Grants } from '../../protocol/host.ts'
import type { Json } from '../../protocol/task.ts'
import { confineRead } from '../confine.ts'
import type { Breathe } from '../pace.ts'
import { openForReading, type OpenFile } from '../read-file.ts'
import { TaskError } from '../task-errors.ts'
import { linesFrom } from '../text-lines.ts'
import type { BatchJob, SkippedItem } from './tasks.ts'

/** Where a batch stands: what a checkpoint keeps, and what the next attempt goes on from. */
export interface Committed {
  /** Index of the next item. */
  readonly next: number
  /** Where it begins in the items file, in bytes. */
  readonly offset: number
  /** The items file as it was, so that offsets into another one are never used. */
  readonly source: string
  readonly done: number
  readonly skipped: number
  readonly firstSkipped: readonly SkippedItem[]
}

export interface PlacedItem {
  readonly index: number
  readonly item: Json
  /** Behind it. */
  readonly offset: number
  readonly source: string
}

const natural = v.pipe(v.number(), v.integer(), v.minValue(0))
const committed = v.strictObject({
  next: natural,
  offset: natural,
  source: v.string(),
  done: natural,
  skipped: natural,
  firstSkipped: v.array(v.strictObject({ index: natural, error: v.string() })),
})

const START: Committed = { next: 0, offset: 0, source: '', done: 0, skipped: 0, firstSkipped: [] }

export function committedIn(checkpoint: Json | undefined): Committed {
  return checkpoint === undefined || checkpoint === null ? START : v.parse(committed, checkpoint)
}

export function checkpointOf({ firstSkipped, ...place }: Committed): Json {
  return { ...place, firstSkipped: firstSkipped.map(({ index, error }) => ({ index, error })) }
}

/** The items that are not committed yet. */
export async function* itemsOf(
  job: BatchJob,
  from: Committed,
  grants: Grants,
  breathe: Breathe,
): AsyncGenerator<PlacedItem> {
  if (job.itemsFile !== undefined) {
    yield* itemsInFile(confineRead(grants, job.itemsFile), from, breathe)
    return
  }
  for (const [index, item] of (job.items ?? []).entries()) {
    if (index >= from.next) yield { index, item, offset: 0, source: '' }
  }
}

async function* itemsInFile(
  path: string,
  from: Committed,
  breathe: Breathe,
): AsyncGenerator<PlacedItem> {
  using file = openForReading(path)
  const source = identityOf(file)
  if (from.source !== '' && from.source !== source) {
    throw new TaskError(
      'E_PRECONDITION',
      `${path} changed since item ${from.next} was reached; enqueue a new task for it`,
    )
  }
  const isJson = /\.(ndjson|jsonl)$/.test(path)
  let index = from.next
  for await (const { text, end } of linesFrom(file, from.offset, breathe)) {
    if (text.trim() === '') continue
    yield { index, item: isJson ? parse(text, path, index) : text, offset: end, source }
    index++
  }
}

function identityOf({ stat }: OpenFile): string {
  return `${stat.ino}:${stat.size}:${stat.mtimeNs}`
}

function parse(text: string, path: string, index: number): Json {
  try {
    return v.parse(
      v.custom<Json>(() => true),
      JSON.parse(text),
    )
  } catch (cause) {
    throw new TaskError('E_PRECONDITION', `${path}: item ${index} is not JSON`, { cause })
  }
}
