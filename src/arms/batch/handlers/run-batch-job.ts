import { createHash } from 'node:crypto'
import type { BatchHandler } from '../../batch-handler.ts'
import { breather, stopwatch } from '../../pace.ts'
import { withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { TaskError } from '../../task-errors.ts'
import { capped, count } from '../../task-result.ts'
import { loadBatchHandler } from '../batch-handlers.ts'
import {
  checkpointOf,
  committedIn,
  itemsOf,
  type Committed,
  type PlacedItem,
} from '../batch-items.ts'
import type { BatchJob, BatchJobResult, SkippedItem } from '../tasks.ts'

export const run: (payload: BatchJob, context: TaskContext) => Promise<BatchJobResult> =
  withTaskErrors(async (payload, context) =>
    payload.handler === undefined
      ? health(payload, context)
      : await runItems(payload, payload.handler, context),
  )

/** What an operator wants to know of an arm: which thread answered, how large it is, how fast it computes. */
function health({ reason }: BatchJob, context: TaskContext): BatchJobResult {
  const elapsedMs = stopwatch()
  createHash('sha256').update(Buffer.alloc(PROBE_BYTES)).digest()
  const ms = elapsedMs()
  const { rss, heapUsed } = process.memoryUsage()
  return {
    summary: `thread ${context.threadId} is well${reason === undefined ? '' : ` (${reason})`}`,
    metrics: { ms, rssBytes: rss, heapBytes: heapUsed },
    artifacts: [],
    threadId: context.threadId,
    ...(reason === undefined ? {} : { reason }),
  }
}

const PROBE_BYTES = 64 * 1024

async function runItems(
  payload: BatchJob,
  name: string,
  context: TaskContext,
): Promise<BatchJobResult> {
  const elapsedMs = stopwatch()
  const handler = await loadBatchHandler(name, context.batchHandlers)
  const breathe = breather(context.signal)
  let committed = committedIn(context.lastCheckpoint)
  const items = itemsOf(payload, committed, context.grants, breathe)
  if (payload.dryRun) return await planned(name, items, context)
  for await (const chunk of chunked(items, payload.chunkSize)) {
    committed = await runChunk(chunk, committed, { handler, payload, context })
    await context.checkpoint(checkpointOf(committed))
    context.progress(committed.next, payload.items?.length)
    await breathe()
  }
  return finished(name, committed, elapsedMs(), context)
}

interface Job {
  readonly handler: BatchHandler
  readonly payload: BatchJob
  readonly context: TaskContext
}

async function runChunk(
  chunk: readonly PlacedItem[],
  before: Committed,
  job: Job,
): Promise<Committed> {
  let now = before
  for (const item of chunk) {
    job.context.signal.throwIfAborted()
    const skipped = await runItem(item, job)
    now = after(now, item, skipped)
    if (skipped !== undefined && now.skipped > job.payload.skipLimit)
      throw tooManySkipped(now, skipped, before)
  }
  return now
}

function after(
  now: Committed,
  { index, offset, source }: PlacedItem,
  skipped: SkippedItem | undefined,
): Committed {
  const place = { next: index + 1, offset, source }
  if (skipped === undefined) return { ...now, ...place, done: now.done + 1 }
  return {
    ...now,
    ...place,
    skipped: now.skipped + 1,
    firstSkipped: withFirst(now.firstSkipped, skipped),
  }
}

// A checkpoint holds 64 KiB and a result shares them with the rest.
const SKIPPED_BYTES_MAX = 32 * 1024
const SKIPPED_KEPT_MAX = 100

function withFirst(known: readonly SkippedItem[], skipped: SkippedItem): readonly SkippedItem[] {
  return known.length < SKIPPED_KEPT_MAX
    ? capped([...known, skipped], SKIPPED_BYTES_MAX).kept
    : known
}

const ERROR_TEXT_MAX = 300

/** Undefined when the item went through. */
async function runItem(
  { index, item }: PlacedItem,
  { handler, payload, context }: Job,
): Promise<SkippedItem | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await handler(item, { index, attempt, signal: context.signal, log: context.log })
      return undefined
    } catch (error) {
      context.signal.throwIfAborted()
      if (attempt > payload.retries || isFinal(error)) return { index, error: textOf(error) }
    }
  }
}

function isFinal(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false
  )
}

function textOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, ERROR_TEXT_MAX)
}

// The engine may try the job again: it goes on from the last committed chunk, by then the cause may be gone.
function tooManySkipped(now: Committed, last: SkippedItem, resume: Committed): TaskError {
  return new TaskError(
    'E_UPSTREAM',
    `${count(now.skipped, 'item')} failed, more than skipLimit allows; item ${last.index}: ${last.error}; a retry goes on at item ${resume.next}`,
  )
}

async function* chunked<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let chunk: T[] = []
  for await (const item of items) {
    chunk.push(item)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

async function planned(
  name: string,
  items: AsyncIterable<PlacedItem>,
  context: TaskContext,
): Promise<BatchJobResult> {
  let total = 0
  for await (const _ of items) total++
  const summary = `would run ${name} on ${count(total, 'item')}`
  return { summary, metrics: { items: total }, artifacts: [], threadId: context.threadId }
}

function finished(
  name: string,
  committed: Committed,
  ms: number,
  context: TaskContext,
): BatchJobResult {
  const { done, skipped, firstSkipped } = committed
  return {
    summary: `${name}: ${count(done, 'item')} done, ${skipped} skipped`,
    metrics: { done, skipped, ms },
    artifacts: [],
    threadId: context.threadId,
    done,
    skipped: firstSkipped,
  }
}
