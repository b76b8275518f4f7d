import type { Cancel, Clock } from '../protocol/clock.ts'
import { encodeBatch } from '../protocol/assignment.ts'
import type { Failure, Outcome } from '../protocol/outcome.ts'
import { Region } from '../protocol/region.ts'
import type { Report } from '../protocol/report.ts'
import type { ArmId } from '../protocol/task.ts'
import type { AbortMessage, BatchEnd, TypeModule } from '../protocol/thread-messages.ts'
import type { BatchPool } from './arm-pool.ts'
import { lookAt, nextLookMs, STALL_MS } from './batch-look.ts'
import { Batch, type BatchTask } from './batch.ts'
import { concluded, endsOf, type EndedAttempt, type Ends, type TellLate } from './ended-attempt.ts'
import { SeqMap } from './seq-map.ts'
import type { Claim } from './store/store.ts'
import { crashFailure, loadFailure, lostFailure, stopFailure } from './verdicts.ts'

export interface FlightsOptions {
  readonly pools: Readonly<Record<ArmId, BatchPool>>
  readonly clock: Clock
  /** How long a task may go on after its signal aborted, before its thread is ended. */
  readonly graceMs: number
  /** How long a handler's module may take to load. */
  readonly loadMs: number
  readonly late: TellLate
  /** Attempts ended, of one batch. */
  ended(attempts: readonly EndedAttempt[]): void
  /** Claims that never started, or were handed back: uncharged. */
  returned(claims: readonly Claim[]): void
  /** A batch is over and its thread is free (or gone). `begun`: a thread had taken it. */
  landed(batch: Batch, begun: boolean): void
  /** A running task is being stopped: its children first. */
  interrupt(claim: Claim): void
}

/** A batch that is about to leave. */
export interface Departure {
  readonly arm: ArmId
  readonly tasks: readonly BatchTask[]
  readonly types: readonly TypeModule[]
  readonly services: readonly string[]
  readonly short: boolean
  readonly fresh: boolean
}

/**
 * The batches that are in threads now, from dispatch to their end, however that comes: a report, a death, a recall. Each
 * task of a batch leaves here exactly once, as `ended` or as `returned`.
 */
export class Flights {
  readonly #options: FlightsOptions
  readonly #batches = new Map<number, Batch>()
  readonly #bySeq = new SeqMap<Batch>()
  readonly #watches = new Map<number, Cancel>()
  readonly #regions: Region[] = []
  #lastId = 0

  constructor(options: FlightsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#batches.size
  }

  depart({ arm, tasks, types, services, short, fresh }: Departure): Batch {
    const { pools, clock, loadMs } = this.#options
    const batch = new Batch(++this.#lastId, arm, tasks, this.#region(), clock.monotonicMs(), short)
    this.#batches.set(batch.id, batch)
    for (const { claim } of tasks) this.#bySeq.set(claim.seq, batch)
    const bytes = encodeBatch(tasks.map(({ claim }) => claim))
    pools[arm].dispatch({ batch: batch.id, region: batch.region, bytes, types, services, fresh })
    const stallMs = tasks.length > 1 ? STALL_MS : Infinity
    this.#watch(batch, Math.min(loadMs, batch.timeoutMinMs, stallMs))
    return batch
  }

  /** Is the task in a thread, or on its way into one? */
  has(seq: number): boolean {
    return this.#bySeq.has(seq)
  }

  /** The claim of a dispatched attempt; undefined once it is over. */
  find(seq: number, attempt: number): Claim | undefined {
    const tasks = this.#bySeq.get(seq)?.tasks ?? []
    return tasks.find(({ claim }) => claim.seq === seq && claim.attempt === attempt)?.claim
  }

  // ── what pools tell ──────────────────────────────────────────────────────────────────────────────────────────────

  doorbell(id: number): void {
    const batch = this.#batches.get(id)
    if (batch !== undefined) this.#read(batch)
  }

  reports(id: number, bytes: Uint8Array): void {
    const batch = this.#batches.get(id)
    if (batch === undefined) return
    this.#read(batch, batch.posted(bytes))
    this.#endWhenHeard(batch)
  }

  /** Progress of one of its tasks arrived. */
  heard(id: number): void {
    const batch = this.#batches.get(id)
    batch?.heard()
    if (batch !== undefined) this.#endWhenHeard(batch)
  }

  batchEnded(id: number, end: BatchEnd): void {
    const batch = this.#batches.get(id)
    if (batch === undefined) return
    batch.end = end
    this.#endWhenHeard(batch)
  }

  // What the thread posted travels another way than its end, and may be behind it.
  #endWhenHeard(batch: Batch): void {
    if (batch.end === undefined || batch.postedSeen < batch.end.posted) return
    this.#read(batch)
    this.recall([batch])
    this.#land(batch, () => lostFailure('its thread ended the batch without a report'))
  }

  batchDied(id: number, error: Error): void {
    const batch = this.#batches.get(id)
    if (batch === undefined) return
    this.#read(batch)
    const loading = batch.isLoading && batch.region.threadId !== 0
    const [first, ...others] = batch.takeBack()
    if (loading && first !== undefined) {
      // Its module never finished loading: the first task of the batch answers for the type, the rest goes elsewhere.
      this.#return(others.map(({ claim }) => claim))
      this.#conclude(batch, first.index, loadFailure(first.claim.type, error))
    } else if (first !== undefined) this.#return([first, ...others].map(({ claim }) => claim))
    const { stopping } = batch
    this.#land(batch, (index) =>
      stopping?.index === index ? stopFailure(stopping.reason) : crashFailure(error),
    )
  }

  // ── taking back and stopping ─────────────────────────────────────────────────────────────────────────────────────

  /** Takes back all that has not started, in one piece so that it keeps its order. */
  recall(batches: Iterable<Batch>): void {
    const claims: Claim[] = []
    for (const batch of batches) {
      this.#read(batch)
      for (const { claim } of batch.takeBack()) claims.push(claim)
    }
    this.#return(claims)
  }

  /** Asks a task to stop: taken back if it had not started, else its signal, its children, and at last its thread. */
  stop(seq: number, reason: AbortMessage['reason']): void {
    const batch = this.#bySeq.get(seq)
    if (batch === undefined) return
    this.#read(batch)
    const index = batch.tasks.findIndex(({ claim }) => claim.seq === seq)
    if (!batch.isOpen(index) || batch.stopping?.index === index) return
    const back = batch.takeBack()
    this.#return(back.filter((taken) => taken.index !== index).map(({ claim }) => claim))
    if (back.some((taken) => taken.index === index))
      this.#conclude(batch, index, stopFailure(reason))
    else this.#interrupt(batch, index, reason)
  }

  /** Asks all that runs to stop, because the engine closes; what fails now is handed back, uncharged. */
  stopAll(): void {
    for (const batch of this.#batches.values()) {
      const index = batch.runningIndex
      if (index !== undefined) this.stop(batch.claimAt(index).seq, 'closing')
    }
  }

  #interrupt(batch: Batch, index: number, reason: AbortMessage['reason']): void {
    const { pools, graceMs } = this.#options
    const claim = batch.claimAt(index)
    batch.stopping = { index, reason }
    batch.region.abort(index, reason)
    pools[batch.arm].abort(batch.region.threadId, { seq: claim.seq, reason })
    this.#options.interrupt(claim)
    this.#watch(batch, graceMs)
  }

  #watch(batch: Batch, delayMs: number): void {
    this.#unwatch(batch)
    if (delayMs === Infinity) return
    const cancel = this.#options.clock.after(delayMs, () => this.#look(batch))
    this.#watches.set(batch.id, cancel)
  }

  #unwatch(batch: Batch): void {
    this.#watches.get(batch.id)?.()
    this.#watches.delete(batch.id)
  }

  /** A batch that is still here after a while: what is to be done about it? */
  #look(batch: Batch): void {
    this.#read(batch)
    const { clock, loadMs, pools } = this.#options
    const nowMs = clock.monotonicMs()
    const seen = lookAt(batch, nowMs, loadMs)
    switch (seen.kind) {
      case 'kill':
        return pools[batch.arm].kill(batch.region.threadId)
      case 'leave':
        return
      case 'timeout':
        return this.stop(seen.seq, 'timeout')
      case 'untaken':
        pools[batch.arm].renew()
        return this.batchDied(batch.id, new Error('no thread took its batch'))
      case 'stalled':
        this.recall([batch])
        break
      case 'fine':
        break
      default:
        seen satisfies never
    }
    this.#watch(batch, nextLookMs(batch, nowMs, loadMs))
  }

  // ── ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes in what the thread has published since the last look, and what it posted. */
  #read(batch: Batch, posted: readonly Report[] = []): void {
    const fresh = batch.fresh()
    const reports = posted.length === 0 ? fresh : [...fresh, ...posted]
    if (reports.length > 0) this.#take(endsOf(batch, reports, this.#options.late))
  }

  #conclude(batch: Batch, index: number, failure: Failure): void {
    const outcome: Outcome = { kind: 'failed', failure }
    this.#take(concluded(batch, index, outcome, this.#options.clock.monotonicMs()))
  }

  #take({ attempts, returned }: Ends): void {
    this.#return(returned)
    for (const { claim } of attempts) this.#bySeq.delete(claim.seq)
    if (attempts.length > 0) this.#options.ended(attempts)
  }

  #return(claims: readonly Claim[]): void {
    if (claims.length === 0) return
    for (const { seq } of claims) this.#bySeq.delete(seq)
    this.#options.returned(claims)
  }

  /** The batch is over: whatever started and did not end is charged, and its slot is free. */
  #land(batch: Batch, why: (index: number) => Failure): void {
    for (const index of batch.unfinished()) this.#conclude(batch, index, why(index))
    this.#unwatch(batch)
    this.#batches.delete(batch.id)
    const begun = batch.region.threadId !== 0
    // A thread that comes late would claim in the memory of a batch that is over: that is never used again.
    if (begun) this.#regions.push(batch.region)
    this.#options.landed(batch, begun)
  }

  #region(): Region {
    const region = this.#regions.pop() ?? new Region()
    region.reset()
    return region
  }
}
