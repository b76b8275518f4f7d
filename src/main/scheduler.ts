import type { Cancel, Clock } from '../protocol/clock.ts'
import { encodeBatch, type Report } from '../protocol/envelope.ts'
import type { LogLine } from '../protocol/host.ts'
import type { Failure, Outcome } from '../protocol/outcome.ts'
import { Region } from '../protocol/region.ts'
import { ARM_IDS, type ArmId } from '../protocol/task.ts'
import type { AbortMessage, BatchEnd, TypeModule } from '../protocol/thread-messages.ts'
import type { BatchPool } from './arm-pool.ts'
import { Batch, type BatchTask } from './batch.ts'
import { batchAdmission, isShort, BATCH_TASKS_MAX, type TypePace } from './batch-sizing.ts'
import { Pace } from './pace.ts'
import type { Claim, TaskStore } from './store/store.ts'
import { crashFailure, lostFailure, stopFailure } from './verdicts.ts'

/** How one task may run, from its type and its own limits. */
export interface RunRules {
  readonly timeoutMs: number | undefined
  readonly terminable: boolean
}

/** An attempt that ended, on its way to its settle. */
export interface EndedAttempt {
  readonly claim: Claim
  /** Monotonic ms. */
  readonly claimedAtMs: number
  readonly startedAtMs: number
  readonly runMs: number
  readonly outcome: Outcome
  readonly logs: readonly LogLine[]
  readonly threadId: number
}

export interface SchedulerOptions {
  readonly store: TaskStore
  readonly pools: Readonly<Record<ArmId, BatchPool>>
  readonly clock: Clock
  readonly cores: number
  readonly lanes: readonly LaneOptions[]
  /** How long a task may go on after its signal aborted, before its thread is ended. */
  readonly graceMs: number
  /** How long a handler's module may take to load. */
  readonly loadMs: number
  rulesOf(claim: Claim): RunRules
  freshOf(type: string): boolean
  typesOf(types: ReadonlySet<string>): readonly TypeModule[]
  /** The host services within reach now. */
  services(): readonly string[]
  /** Ends that belong together; resolves when they are settled. */
  ended(attempts: readonly EndedAttempt[]): Promise<void>
  /** A failure surfaced after its attempt was settled. */
  late(claim: Claim, failure: Failure): void
  /** A running task was asked to stop: its children first. */
  interrupt(claim: Claim): void
  /** Something of the scheduler's own failed, e.g. the store. */
  failed(error: unknown): void
}

export interface LaneOptions {
  readonly arm: ArmId
  readonly slots: number
  readonly enabled: boolean
  /** Record every start durably before it happens. */
  readonly recordsStart: boolean
}

interface Lane {
  readonly arm: ArmId
  readonly recordsStart: boolean
  readonly batches: Set<Batch>
  slots: number
  enabled: boolean
  paused: boolean
  filling: boolean
  again: boolean
}

/**
 * The story: a free slot and a ready task become a claim, a batch, a run, an end.
 *
 * ```
 * wake ─▶ fill ─▶ claim ─▶ dispatch ─▶ [thread] ─▶ doorbell, ended or died ─▶ settle ─▶ fill
 *                   ▲                     │
 *                   └──── release ◀── take back (cancel, timeout, pause, overtaken, stalled)
 * ```
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #lanes: ReadonlyMap<ArmId, Lane>
  readonly #batches = new Map<number, Batch>()
  readonly #watches = new Map<number, Cancel>()
  readonly #running = new Map<number, Batch>()
  readonly #regions: Region[] = []
  readonly #pace = new Pace()
  readonly #armPace = new Pace()
  readonly #idle: (() => void)[] = []
  #batchId = 0
  #shortInFlight = 0
  #settling = 0
  #started = false
  #turnOf = 0

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#lanes = new Map(options.lanes.map((lane) => [lane.arm, newLane(lane)]))
  }

  start(): void {
    this.#started = true
    for (const lane of this.#lanes.values()) this.#fill(lane)
  }

  /** Nothing is dispatched any more; what runs goes on. */
  stop(): void {
    this.#started = false
    for (const lane of this.#lanes.values()) this.#recall(lane)
  }

  /** A task of the arm became ready. */
  wake(arm: ArmId): void {
    const lane = this.#lane(arm)
    if (!this.#mayFill(lane)) this.#overtake(lane)
    this.#fill(lane)
  }

  pause(arm: ArmId): void {
    const lane = this.#lane(arm)
    lane.paused = true
    this.#recall(lane)
    this.#checkIdle()
  }

  resume(arm: ArmId): void {
    const lane = this.#lane(arm)
    lane.paused = false
    this.#fill(lane)
  }

  /** Takes effect at once for what starts next; what runs is not disturbed. */
  setArm(arm: ArmId, change: { readonly slots?: number; readonly enabled?: boolean }): void {
    const lane = this.#lane(arm)
    lane.slots = change.slots ?? lane.slots
    lane.enabled = change.enabled ?? lane.enabled
    this.#options.pools[arm].resize(lane.slots)
    if (!lane.enabled) this.#recall(lane)
    this.#fill(lane)
    this.#checkIdle()
  }

  state(arm: ArmId): {
    readonly slots: number
    readonly enabled: boolean
    readonly paused: boolean
    readonly running: number
  } {
    const { slots, enabled, paused, batches } = this.#lane(arm)
    return {
      slots,
      enabled,
      paused,
      running: [...batches].filter((batch) => batch.runningIndex !== undefined).length,
    }
  }

  meanRunMs(arm: ArmId): number {
    return this.#armPace.runMs(arm) ?? 0
  }

  /** The type of a dispatched attempt; undefined once it is over. */
  runningType(seq: number, attempt: number): string | undefined {
    const batch = this.#running.get(seq)
    return batch?.tasks.find(({ claim }) => claim.seq === seq && claim.attempt === attempt)?.claim
      .type
  }

  /** Asks a dispatched task to stop: taken back if it had not started, else its signal, its children, its thread. */
  cancel(seq: number): void {
    const batch = this.#running.get(seq)
    if (batch === undefined) return
    const index = batch.tasks.findIndex(({ claim }) => claim.seq === seq)
    this.#stopTask(batch, index, 'cancelled')
  }

  /** Asks all that runs to stop; ends as `closing` are handed back, uncharged. */
  interruptAll(): void {
    for (const batch of this.#batches.values()) {
      const index = batch.runningIndex
      if (index !== undefined) this.#stopTask(batch, index, 'closing')
    }
  }

  /** Resolves when nothing runs and nothing that may start is ready. */
  whenIdle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Resolves when nothing runs. */
  async whenQuiet(): Promise<void> {
    while (this.#batches.size > 0 || this.#settling > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Looks again whether somebody waits for idleness that has come. */
  checkIdle(): void {
    this.#checkIdle()
  }

  // ── claim and dispatch ───────────────────────────────────────────────────────────────────────────────────────────

  #mayFill(lane: Lane): boolean {
    const open = this.#started && lane.enabled && !lane.paused
    return open && lane.batches.size < lane.slots && this.#settling < SETTLING_MAX
  }

  #fill(lane: Lane): void {
    if (lane.filling) lane.again = true
    else if (this.#mayFill(lane) && this.#options.store.readyCount(lane.arm) > 0) {
      lane.filling = true
      this.#fillSlots(lane).then(
        () => this.#filled(lane),
        (error: unknown) => this.#options.failed(error),
      )
    }
  }

  async #fillSlots(lane: Lane): Promise<void> {
    do {
      lane.again = false
      while (this.#mayFill(lane)) {
        const claims = await this.#options.store.claim(
          lane.arm,
          BATCH_TASKS_MAX,
          this.#admission(lane),
        )
        if (claims.length === 0) break
        await this.#recordStarts(lane, claims)
        if (this.#mayFill(lane)) this.#dispatch(lane, claims)
        else this.#options.store.release(claims)
      }
    } while (lane.again)
  }

  #filled(lane: Lane): void {
    lane.filling = false
    this.#checkIdle()
  }

  #admission(lane: Lane): (type: string) => boolean {
    return batchAdmission((type) => this.#paceOf(type), {
      ready: this.#options.store.readyCount(lane.arm),
      slots: lane.slots,
      shortAllowed: this.#shortInFlight <= this.#options.cores,
    })
  }

  #paceOf(type: string): TypePace {
    return { runMs: this.#pace.runMs(type), fresh: this.#options.freshOf(type) }
  }

  // A first attempt that is repeated after power loss costs its work; where that is not good enough, or where attempts
  // are being counted, the start is on disk before it happens.
  async #recordStarts(lane: Lane, claims: readonly Claim[]): Promise<void> {
    const counted = lane.recordsStart ? claims : claims.filter((claim) => claim.attempt > 1)
    if (counted.length > 0) await this.#options.store.recordStart(counted)
  }

  #dispatch(lane: Lane, claims: readonly Claim[]): void {
    const tasks = claims.map((claim): BatchTask => ({ claim, ...this.#options.rulesOf(claim) }))
    const types = new Set(claims.map((claim) => claim.type))
    const short = claims.length > 1 || isShort(this.#paceOf(claims[0]?.type ?? ''))
    const batch = new Batch(
      ++this.#batchId,
      tasks,
      this.#takeRegion(),
      this.#options.clock.monotonicMs(),
      short,
    )
    lane.batches.add(batch)
    this.#batches.set(batch.id, batch)
    if (short) this.#shortInFlight += 1
    for (const { seq } of claims) this.#running.set(seq, batch)
    this.#options.pools[lane.arm].dispatch({
      batch: batch.id,
      region: batch.region,
      bytes: encodeBatch(claims),
      types: this.#options.typesOf(types),
      services: this.#options.services(),
      fresh: this.#options.freshOf(claims[0]?.type ?? ''),
    })
    this.#watch(
      batch,
      Math.min(this.#options.loadMs, batch.timeoutMinMs, tasks.length > 1 ? STALL_MS : Infinity),
    )
  }

  #takeRegion(): Region {
    const region = this.#regions.pop() ?? new Region()
    region.reset()
    return region
  }

  // ── what threads tell ────────────────────────────────────────────────────────────────────────────────────────────

  doorbell(id: number): void {
    const batch = this.#batches.get(id)
    if (batch !== undefined) this.#take(batch, batch.fresh())
  }

  reports(id: number, bytes: Uint8Array): void {
    const batch = this.#batches.get(id)
    if (batch !== undefined) this.#take(batch, [...batch.fresh(), ...batch.posted(bytes)])
  }

  batchEnded(id: number, end: BatchEnd): void {
    const batch = this.#batches.get(id)
    if (batch === undefined) return
    if (batch.postedSeen < end.posted) {
      // Its posted reports travel another way and may be behind.
      setImmediate(() => this.batchEnded(id, end))
      return
    }
    this.#take(batch, batch.fresh())
    this.#release(batch.takeBack())
    this.#leave(batch, () => lostFailure('its thread ended the batch without a report'))
  }

  batchDied(id: number, error: Error): void {
    const batch = this.#batches.get(id)
    if (batch === undefined) return
    this.#take(batch, batch.fresh())
    const loading = batch.isLoading && batch.region.threadId !== 0
    const back = batch.takeBack()
    const [first] = back
    if (loading && first !== undefined) {
      // Its module never finished loading: the first task of the batch answers for the type, the rest goes elsewhere.
      this.#release(back.slice(1))
      this.#end(batch, first.index, {
        kind: 'failed',
        failure: loadFailure(first.claim.type, error),
      })
    } else this.#release(back)
    this.#leave(batch, (index) => this.#causeOfDeath(batch, index, error))
  }

  #causeOfDeath(batch: Batch, index: number, error: Error): Failure {
    return batch.stopping?.index === index
      ? stopFailure(batch.stopping.reason)
      : crashFailure(error)
  }

  /** The batch is over: whatever started and did not end is charged, and its slot is free. */
  #leave(batch: Batch, why: (index: number) => Failure): void {
    for (const index of batch.unfinished())
      this.#end(batch, index, { kind: 'failed', failure: why(index) })
    this.#unwatch(batch)
    this.#batches.delete(batch.id)
    this.#regions.push(batch.region)
    const arm = batch.tasks[0]?.claim.arm
    if (batch.short) this.#shortInFlight -= 1
    if (arm !== undefined) {
      const lane = this.#lane(arm)
      lane.batches.delete(batch)
      this.#fill(lane)
    }
    if (batch.short) this.#fillOthers()
    this.#checkIdle()
  }

  // A batch of short tasks made room for another, of whichever arm: they take turns.
  #fillOthers(): void {
    for (let step = 1; step <= ARM_IDS.length; step++) {
      const arm = ARM_IDS[(this.#turnOf + step) % ARM_IDS.length]
      if (arm !== undefined) this.#fill(this.#lane(arm))
    }
    this.#turnOf = (this.#turnOf + 1) % ARM_IDS.length
  }

  #take(batch: Batch, reports: readonly Report[]): void {
    const attempts: EndedAttempt[] = []
    for (const report of foldReports(batch, reports, (claim, failure) =>
      this.#options.late(claim, failure),
    )) {
      const attempt = this.#attempt(batch, report.index, report)
      if (attempt !== undefined) attempts.push(attempt)
    }
    this.#settle(attempts)
  }

  #end(batch: Batch, index: number, outcome: Outcome): void {
    const startedAtMs =
      batch.runningIndex === index ? batch.region.startedAtMs : this.#options.clock.monotonicMs()
    const runMs = Math.max(0, this.#options.clock.monotonicMs() - startedAtMs)
    const report: Report = {
      index,
      startedAtMs,
      runMs,
      outcome,
      logs: [],
      late: false,
      leftovers: [],
    }
    const attempt = this.#attempt(batch, index, report)
    if (attempt !== undefined) this.#settle([attempt])
  }

  #attempt(batch: Batch, index: number, report: Report): EndedAttempt | undefined {
    const task = batch.tasks[index]
    if (task === undefined || report.outcome === undefined) return undefined
    const { claim } = task
    batch.finish(index)
    this.#running.delete(claim.seq)
    const outcome = stopped(batch, index, report.outcome)
    if (outcome === 'handed back') {
      this.#options.store.release([claim])
      return undefined
    }
    this.#pace.record(claim.type, report.runMs)
    this.#armPace.record(claim.arm, report.runMs)
    const { startedAtMs, runMs } = report
    const logs = batch.logs.size === 0 ? NO_LINES : (batch.logs.get(index) ?? NO_LINES)
    return {
      claim,
      claimedAtMs: batch.claimedAtMs,
      startedAtMs,
      runMs,
      outcome,
      logs,
      threadId: batch.region.threadId,
    }
  }

  #settle(attempts: readonly EndedAttempt[]): void {
    if (attempts.length === 0) return
    this.#settling += attempts.length
    this.#options.ended(attempts).then(
      () => this.#settled(attempts.length),
      (error: unknown) => this.#options.failed(error),
    )
  }

  #settled(count: number): void {
    const full = this.#settling >= SETTLING_MAX
    this.#settling -= count
    if (full && this.#settling < SETTLING_MAX) this.#fillOthers()
    this.#checkIdle()
  }

  // ── taking back and stopping ─────────────────────────────────────────────────────────────────────────────────────

  #release(taken: readonly { readonly claim: Claim }[]): void {
    if (taken.length === 0) return
    for (const { claim } of taken) this.#running.delete(claim.seq)
    this.#options.store.release(taken.map(({ claim }) => claim))
  }

  #recall(lane: Lane): void {
    const taken = [...lane.batches].flatMap((batch) => {
      this.#take(batch, batch.fresh())
      return batch.takeBack()
    })
    this.#release(taken)
  }

  /** All slots are taken and something more urgent waits: what has not started makes way. */
  #overtake(lane: Lane): void {
    const head = this.#options.store.headPriority(lane.arm)
    const overtaken = [...lane.batches].filter((batch) => (batch.lowestWaiting ?? Infinity) < head)
    this.#release(overtaken.flatMap((batch) => batch.takeBack()))
  }

  #stopTask(batch: Batch, index: number, reason: AbortMessage['reason']): void {
    this.#take(batch, batch.fresh())
    const task = batch.tasks[index]
    if (task === undefined || !batch.isOpen(index) || batch.stopping?.index === index) return
    const back = batch.takeBack()
    this.#release(back.filter((taken) => taken.index !== index || reason === 'closing'))
    if (back.some((taken) => taken.index === index)) {
      if (reason !== 'closing') this.#endUnstarted(batch, index, reason)
      return
    }
    batch.stopping = { index, reason }
    batch.region.abort(index)
    this.#options.pools[task.claim.arm].abort(batch.region.threadId, {
      seq: task.claim.seq,
      reason,
    })
    this.#options.interrupt(task.claim)
    this.#watch(batch, this.#options.graceMs)
  }

  #endUnstarted(batch: Batch, index: number, reason: AbortMessage['reason']): void {
    batch.stopping = { index, reason }
    this.#end(batch, index, { kind: 'failed', failure: stopFailure(reason) })
  }

  #watch(batch: Batch, delayMs: number): void {
    this.#unwatch(batch)
    if (delayMs === Infinity) return
    this.#watches.set(
      batch.id,
      this.#options.clock.after(delayMs, () => this.#look(batch)),
    )
  }

  #unwatch(batch: Batch): void {
    this.#watches.get(batch.id)?.()
    this.#watches.delete(batch.id)
  }

  /** A batch that is still here after a while: is it loading for too long, out of time, stuck behind one task, or fine? */
  #look(batch: Batch): void {
    this.#take(batch, batch.fresh())
    const nowMs = this.#options.clock.monotonicMs()
    const index = batch.runningIndex
    if (batch.stopping !== undefined) return this.#kill(batch, batch.stopping.index)
    if (batch.isLoading && nowMs - batch.claimedAtMs >= this.#options.loadMs)
      return this.#killLoading(batch)
    if (index !== undefined && nowMs >= batch.deadlineMs)
      return this.#stopTask(batch, index, 'timeout')
    if (index !== undefined && nowMs - batch.region.startedAtMs >= STALL_MS)
      this.#release(batch.takeBack())
    this.#watch(batch, this.#nextLook(batch, nowMs))
  }

  #nextLook(batch: Batch, nowMs: number): number {
    if (batch.isLoading) return Math.max(1, batch.claimedAtMs + this.#options.loadMs - nowMs)
    const stallMs = batch.lowestWaiting === undefined ? Infinity : STALL_MS
    const deadlineMs =
      batch.runningIndex === undefined ? batch.timeoutMinMs : batch.deadlineMs - nowMs
    return Math.max(1, Math.min(stallMs, deadlineMs))
  }

  #kill(batch: Batch, index: number): void {
    if (!batch.isOpen(index) || batch.tasks[index]?.terminable === false) return
    const arm = batch.tasks[index]?.claim.arm
    if (arm !== undefined) this.#options.pools[arm].kill(batch.region.threadId)
  }

  #killLoading(batch: Batch): void {
    const arm = batch.tasks[0]?.claim.arm
    if (arm !== undefined && batch.region.threadId !== 0)
      this.#options.pools[arm].kill(batch.region.threadId)
    else this.#watch(batch, this.#options.loadMs)
  }

  // ── idleness ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #isIdle(): boolean {
    if (this.#batches.size > 0 || this.#settling > 0) return false
    for (const lane of this.#lanes.values()) {
      if (lane.filling) return false
      if (lane.enabled && !lane.paused && this.#options.store.readyCount(lane.arm) > 0) return false
    }
    return true
  }

  #checkIdle(): void {
    if (this.#idle.length === 0) return
    const quiet = this.#batches.size === 0 && this.#settling === 0
    if (!this.#isIdle() && !(quiet && !this.#started)) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #lane(arm: ArmId): Lane {
    const lane = this.#lanes.get(arm)
    if (lane === undefined) throw new RangeError(`no arm ${arm}`)
    return lane
  }
}

const NO_LINES: readonly LogLine[] = []

/** A batch of short tasks that lasts this long is stuck behind one: the others go to other threads. */
const STALL_MS = 50
/** Ends that wait for the store: beyond this nothing new starts, so that a slow disk slows the work and not the memory. */
const SETTLING_MAX = 16_384

function newLane(options: LaneOptions): Lane {
  return { ...options, batches: new Set(), paused: false, filling: false, again: false }
}

/** The ends among the reports of one look; log lines are kept with the batch. */
function foldReports(
  batch: Batch,
  reports: readonly Report[],
  late: SchedulerOptions['late'],
): readonly Report[] {
  const plain = reports.every(
    (report) => report.outcome !== undefined && !report.late && report.logs.length === 0,
  )
  if (plain) return reports.filter((report) => batch.isOpen(report.index))
  const ended = new Map<number, Report>()
  for (const report of reports) {
    if (report.logs.length > 0) keepLogs(batch, report)
    // A later report of the same look amends the earlier: a failure that surfaced after the handler had returned.
    if (report.outcome !== undefined && batch.isOpen(report.index))
      ended.set(report.index, amended(ended.get(report.index), report))
    else if (report.late) tellLate(batch, report, late)
  }
  return [...ended.values()]
}

function tellLate(batch: Batch, { index, outcome }: Report, late: SchedulerOptions['late']): void {
  const task = batch.tasks[index]
  if (task !== undefined && outcome?.kind === 'failed') late(task.claim, outcome.failure)
}

function keepLogs(batch: Batch, report: Report): void {
  const lines = batch.logs.get(report.index)
  if (lines === undefined) batch.logs.set(report.index, [...report.logs])
  else lines.push(...report.logs)
}

function amended(first: Report | undefined, report: Report): Report {
  if (first === undefined || !report.late) return report
  return { ...first, outcome: report.outcome }
}

/** A task that was asked to stop and failed, failed because of that; one that succeeded first has succeeded. */
function stopped(batch: Batch, index: number, outcome: Outcome): Outcome | 'handed back' {
  const { stopping } = batch
  if (stopping?.index !== index || outcome.kind === 'succeeded') return outcome
  if (stopping.reason === 'closing') return 'handed back'
  return { kind: 'failed', failure: stopFailure(stopping.reason) }
}

function loadFailure(type: string, error: Error): Failure {
  return {
    reason: 'threw',
    name: error.name,
    message: `the handler module of ${type} did not finish loading: ${error.message}`,
    code: 'E_HANDLER_LOAD',
    final: true,
  }
}
