import { parentPort, type MessagePort } from 'node:worker_threads'
import type { Progress } from '../protocol/host.ts'
import type { Region } from '../protocol/region.ts'
import { successSize, writeSuccess, type Report } from '../protocol/report.ts'
import type { PayloadBytes } from '../protocol/task.ts'
import type { ThreadMessage } from '../protocol/thread-messages.ts'

type Started = Pick<Report, 'index' | 'startedAtMs' | 'runMs'>

/** A batch's finished reports on their way out: into the shared region, or posted when they do not fit. */
export class BatchReports {
  readonly batch: number
  readonly region: Region
  #posted = 0
  #rungAt: number
  #closed = false

  constructor(batch: number, region: Region, nowMs: number) {
    this.batch = batch
    this.region = region
    this.#rungAt = nowMs
  }

  get posted(): number {
    return this.#posted
  }

  /** After this the region belongs to another batch: what a leaked context still says is dropped. */
  close(): void {
    this.#closed = true
  }

  add(report: Uint8Array): void {
    if (this.#closed) return
    // Once one was posted, all are: lines of a log and the end after them keep their order.
    if (this.#posted === 0 && this.region.publish(report)) return
    this.#posted += 1
    const bytes = new Uint8Array(report)
    post({ kind: 'report', batch: this.batch, bytes }, [bytes.buffer])
  }

  /** The end of most tasks, written where main reads it; false when there is no room, or others went before by post. */
  addSuccess(report: Started, result: PayloadBytes): boolean {
    if (this.#closed || this.#posted > 0) return this.#closed
    const size = successSize(report.index, result)
    const at = this.region.room(size)
    if (at === undefined) return false
    writeSuccess(this.region.data, at, report, result)
    this.region.publishUntil(at + size)
    return true
  }

  /** Progress is counted too, so that the last of it is heard before the end. */
  progress(seq: number, attempt: number, progress: Progress): void {
    if (this.#closed) return
    this.#posted += 1
    post({ kind: 'progress', batch: this.batch, seq, attempt, progress })
  }

  /** Has so much work passed since main last heard of us that it should look? */
  isDue(nowMs: number): boolean {
    return nowMs - this.#rungAt >= REPORT_AFTER_MS
  }

  ring(nowMs: number): void {
    this.#rungAt = nowMs
    post({ kind: 'doorbell', batch: this.batch })
  }
}

/** Reports leave after at most this much work: a short task's caller does not wait for a batch's end. */
const REPORT_AFTER_MS = 1

export function post(
  message: ThreadMessage,
  transfer: readonly (ArrayBuffer | MessagePort)[] = [],
): void {
  parentPort?.postMessage(message, transfer)
}
