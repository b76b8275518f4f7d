import type { Batch } from './batch.ts'

/** A batch of several tasks that is held up by one for this long gives the others to other threads. */
export const STALL_MS = 50
/** A thread may take this long to start on a busy machine. */
const THREAD_START_MS = 20_000

/** What a batch that is still in its thread needs. */
export type Look =
  /** It was asked to stop and did not, or does not finish loading: its thread is ended. */
  | { readonly kind: 'kill' }
  /** It was asked to stop, and its task may not be ended by force. */
  | { readonly kind: 'leave' }
  /** The running task has had its time. */
  | { readonly kind: 'timeout'; readonly seq: number }
  /** No thread has taken it in all this time, and none will. */
  | { readonly kind: 'untaken' }
  /** One task holds up the others. */
  | { readonly kind: 'stalled' }
  | { readonly kind: 'fine' }

export function lookAt(batch: Batch, nowMs: number, loadMs: number): Look {
  const { stopping, runningIndex } = batch
  if (stopping !== undefined) {
    const terminable = batch.tasks[stopping.index]?.terminable !== false
    return { kind: terminable && batch.isOpen(stopping.index) ? 'kill' : 'leave' }
  }
  // A batch that no thread has taken yet waits for a thread to start, which a busy machine may delay.
  const loading = batch.isLoading && batch.region.threadId !== 0
  if (loading && nowMs - batch.region.startedAtMs >= loadMs) return { kind: 'kill' }
  const untakenMs = loadMs + THREAD_START_MS
  if (batch.region.threadId === 0 && nowMs - batch.claimedAtMs >= untakenMs)
    return { kind: 'untaken' }
  if (runningIndex === undefined) return { kind: 'fine' }
  if (nowMs >= batch.deadlineMs) return { kind: 'timeout', seq: batch.claimAt(runningIndex).seq }
  return { kind: nowMs - batch.region.startedAtMs >= STALL_MS ? 'stalled' : 'fine' }
}

/** When to look again, in ms from now; Infinity when nothing of it can run out. */
export function nextLookMs(batch: Batch, nowMs: number, loadMs: number): number {
  if (batch.isLoading) {
    const sinceMs = batch.region.threadId === 0 ? nowMs : batch.region.startedAtMs
    const loadedMs = Math.max(STALL_MS, sinceMs + loadMs - nowMs)
    return Math.max(1, Math.min(loadedMs, batch.timeoutMinMs))
  }
  const stallMs = batch.lowestWaiting === undefined ? Infinity : STALL_MS
  const running = batch.runningIndex !== undefined
  const deadlineMs = running ? batch.deadlineMs - nowMs : batch.timeoutMinMs
  return Math.max(1, Math.min(stallMs, deadlineMs))
}
