import type { Clock } from '../protocol/clock.ts'
import type { Failure } from '../protocol/outcome.ts'
import { ARM_IDS, type ArmId } from '../protocol/task.ts'
import type { BatchEnd, TypeModule } from '../protocol/thread-messages.ts'
import type { BatchPool } from './arm-pool.ts'
import { BATCH_TASKS_MAX, batchAdmission, isShort, type TypePace } from './batch-sizing.ts'
import { typesAmong, type Batch } from './batch.ts'
import type { EndedAttempt } from './ended-attempt.ts'
import { Flights } from './flights.ts'
import {
  laneState,
  newLane,
  noThreads,
  type Lane,
  type LaneOptions,
  type LaneState,
} from './lane.ts'
import { Pace } from './pace.ts'
import type { RunRules } from './run-rules.ts'
import type { Claim, TaskStore } from './store/store.ts'

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
  readonly rulesOf: (claim: Claim) => RunRules
  readonly freshOf: (type: string) => boolean
  readonly typesOf: (types: ReadonlySet<string>) => readonly TypeModule[]
  /** The host services within reach now. */
  readonly services: () => readonly string[]
  /** Claims that go back from a thread, uncharged. */
  returned(claims: readonly Claim[]): void
  /** Ends that belong together; resolves when they are settled. */
  ended(attempts: readonly EndedAttempt[]): Promise<void>
  /** A failure surfaced after its attempt was settled. */
  late(claim: Claim, failure: Failure): void
  /** A running task was asked to stop: its children first. */
  interrupt(claim: Claim): void
  /** Something of the scheduler's own failed, e.g. the store. */
  readonly failed: (error: unknown) => void
}

/**
 * The story: a free slot and a ready task become a claim, a batch, a run, an end.
 *
 * ```
 * wake ─▶ fill ─▶ claim ─▶ depart ─▶ [flights: thread, reports, death] ─▶ ended ─▶ settle
 *          ▲        ▲                          │                 └─▶ landed ─▶ fill
 *          │        └──────── release ◀── taken back (cancel, timeout, pause, overtaken, stalled)
 * ```
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #lanes: ReadonlyMap<ArmId, Lane>
  readonly #flights: Flights
  readonly #pace = new Pace()
  readonly #armPace = new Pace()
  readonly #idle: (() => void)[] = []
  /** Asked to stop before they were dispatched. */
  readonly #cancelled = new Set<number>()
  #shortInFlight = 0
  #settling = 0
  #started = false
  #turnOf = 0

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#lanes = new Map(options.lanes.map((lane) => [lane.arm, newLane(lane)]))
    const { pools, clock, graceMs, loadMs } = options
    this.#flights = new Flights({
      pools,
      clock,
      graceMs,
      loadMs,
      late: (claim, failure) => options.late(claim, failure),
      ended: (attempts) => this.#settle(attempts),
      returned: (claims) => options.returned(claims),
      landed: (batch, begun) => this.#landed(batch, begun),
      interrupt: (claim) => options.interrupt(claim),
    })
  }

  start(): void {
    this.#started = true
    for (const lane of this.#lanes.values()) this.#fill(lane)
  }

  /** Nothing is dispatched any more; what runs goes on. */
  stop(): void {
    this.#started = false
    for (const lane of this.#lanes.values()) this.#flights.recall(lane.batches)
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
    this.#flights.recall(lane.batches)
    this.checkIdle()
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
    if (!lane.enabled) this.#flights.recall(lane.batches)
    this.#fill(lane)
    this.checkIdle()
  }

  /** May the arm be given work? Asked for every task that is enqueued, so it makes no object of the answer. */
  isEnabled(arm: ArmId): boolean {
    return this.#lane(arm).enabled
  }

  state(arm: ArmId): LaneState {
    return laneState(this.#lane(arm))
  }

  meanRunMs(arm: ArmId): number {
    return this.#armPace.runMs(arm) ?? 0
  }

  /** The claim of a dispatched attempt; undefined once it is over. */
  running(seq: number, attempt: number): Claim | undefined {
    return this.#flights.find(seq, attempt)
  }

  /** Is it with a thread, or in a batch on its way to one? */
  hasDeparted(seq: number): boolean {
    return this.#flights.has(seq)
  }

  /** Asks a claimed task to stop: at once, or as soon as it leaves when its start is still being written down. */
  cancel(seq: number): void {
    if (this.#flights.has(seq)) this.#flights.stop(seq, 'cancelled')
    else if (this.#isFilling()) this.#cancelled.add(seq)
  }

  /** Asks all that runs to stop; what fails then is handed back, uncharged. */
  interruptAll(): void {
    this.#flights.stopAll()
  }

  doorbell(batch: number): void {
    this.#flights.doorbell(batch)
  }

  reports(batch: number, bytes: Uint8Array): void {
    this.#flights.reports(batch, bytes)
  }

  heard(batch: number): void {
    this.#flights.heard(batch)
  }

  batchEnded(batch: number, end: BatchEnd): void {
    this.#flights.batchEnded(batch, end)
  }

  batchDied(batch: number, error: Error): void {
    for (const lane of this.#lanes.values()) {
      if ([...lane.batches].some(({ id }) => id === batch)) lane.lastDeath = error
    }
    this.#flights.batchDied(batch, error)
  }

  // ── claim and dispatch ───────────────────────────────────────────────────────────────────────────────────────────

  #mayFill(lane: Lane): boolean {
    const open = this.#started && lane.enabled && !lane.paused && !lane.resting
    return open && lane.batches.size < lane.slots && this.#settling < SETTLING_MAX
  }

  #fill(lane: Lane): void {
    if (lane.filling) lane.again = true
    else if (this.#mayFill(lane) && this.#options.store.readyCount(lane.arm) > 0) {
      lane.filling = true
      this.#fillSlots(lane).then(
        () => this.checkIdle(),
        (error: unknown) => this.#options.failed(error),
      )
    }
  }

  async #fillSlots(lane: Lane): Promise<void> {
    const { store } = this.#options
    do {
      lane.again = false
      while (this.#mayFill(lane)) {
        const claims = await store.claim(lane.arm, BATCH_TASKS_MAX, this.#admission(lane))
        if (claims.length === 0) break
        await this.#recordStarts(lane, claims)
        if (this.#mayFill(lane) && this.#hasRoom(claims)) this.#dispatch(lane, claims)
        else store.release(claims)
      }
    } while (lane.again)
    // In one step with the last look at `again`: a wake between the two would be lost.
    lane.filling = false
    if (this.#cancelled.size > 0 && !this.#isFilling()) this.#cancelled.clear()
  }

  #admission(lane: Lane): (type: string) => boolean {
    return batchAdmission((type) => this.#paceOf(type), {
      ready: this.#options.store.readyCount(lane.arm),
      slots: lane.slots,
      shortAllowed: this.#shortInFlight < Math.max(2, this.#options.cores),
    })
  }

  // Lanes claim side by side: by the time the claims are here, others may have taken the room for short batches.
  #hasRoom(claims: readonly Claim[]): boolean {
    return this.#shortInFlight <= this.#options.cores || !this.#isShort(claims)
  }

  // A suspect may be anything now, and comes without being admitted.
  #isShort(claims: readonly Claim[]): boolean {
    const [first] = claims
    if (first === undefined || first.suspect) return false
    return claims.length > 1 || isShort(this.#paceOf(first.type))
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
    const { rulesOf, typesOf, services, freshOf } = this.#options
    const first = claims[0]?.type ?? ''
    const short = this.#isShort(claims)
    if (short) this.#shortInFlight += 1
    const batch = this.#flights.depart({
      arm: lane.arm,
      tasks: claims.map((claim) => {
        const { timeoutMs, terminable } = rulesOf(claim)
        return { claim, timeoutMs, terminable }
      }),
      types: typesOf(typesAmong(claims)),
      services: services(),
      short,
      fresh: freshOf(first),
    })
    lane.batches.add(batch)
    if (this.#cancelled.size > 0) this.#stopCancelled(claims)
  }

  #stopCancelled(claims: readonly Claim[]): void {
    for (const { seq } of claims) if (this.#cancelled.delete(seq)) this.cancel(seq)
  }

  #isFilling(): boolean {
    return [...this.#lanes.values()].some((lane) => lane.filling)
  }

  /** All slots are taken and something more urgent waits: what has not started makes way. */
  #overtake(lane: Lane): void {
    const head = this.#options.store.headPriority(lane.arm)
    const slower = [...lane.batches].filter((batch) => (batch.lowestWaiting ?? Infinity) < head)
    this.#flights.recall(slower)
  }

  // ── ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #settle(attempts: readonly EndedAttempt[]): void {
    for (const { claim, runMs } of attempts) {
      this.#pace.record(claim.type, runMs)
      this.#armPace.record(claim.arm, runMs)
    }
    this.settle(attempts)
  }

  /** Ends, of threads or decided without one: nothing is idle before they are on record. */
  settle(attempts: readonly EndedAttempt[]): void {
    const settled = (): void => this.#settled(attempts.length)
    this.#settling += attempts.length
    this.#options.ended(attempts).then(settled, (error: unknown) => {
      this.#options.failed(error)
      settled()
    })
  }

  #settled(count: number): void {
    const full = this.#settling >= SETTLING_MAX
    this.#settling -= count
    if (full && this.#settling < SETTLING_MAX) this.#fillAll()
    this.checkIdle()
  }

  #landed(batch: Batch, begun: boolean): void {
    const lane = this.#lane(batch.arm)
    lane.batches.delete(batch)
    lane.stillborn = begun ? 0 : lane.stillborn + 1
    if (lane.stillborn <= 1) this.#fill(lane)
    else this.#fillLater(lane)
    if (batch.short) {
      this.#shortInFlight -= 1
      this.#fillAll()
    }
    this.checkIdle()
  }

  // Its threads die before they take a task: memory is short, or what they load is broken. Trying again at once would
  // only keep the machine busy.
  #fillLater(lane: Lane): void {
    const { clock, failed } = this.#options
    if (lane.stillborn > STILLBORN_MAX) return failed(noThreads(lane.arm, lane.lastDeath))
    lane.resting = true
    clock.after(REST_MS * 2 ** lane.stillborn, () => {
      lane.resting = false
      this.#fill(lane)
    })
  }

  // A batch of short tasks made room for another, of whichever arm: they take turns.
  #fillAll(): void {
    for (let step = 1; step <= ARM_IDS.length; step++) {
      const arm = ARM_IDS[(this.#turnOf + step) % ARM_IDS.length]
      if (arm !== undefined) this.#fill(this.#lane(arm))
    }
    this.#turnOf = (this.#turnOf + 1) % ARM_IDS.length
  }

  // ── idleness ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Resolves when nothing runs and nothing that may start is ready. */
  whenIdle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Resolves when nothing runs. */
  async whenQuiet(): Promise<void> {
    while (!this.#isQuiet()) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Looks again whether the idleness that somebody waits for has come. */
  checkIdle(): void {
    if (this.#idle.length === 0) return
    if (!this.#isIdle() && !(this.#isQuiet() && !this.#started)) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #isQuiet(): boolean {
    const over = this.#flights.count === 0 && this.#settling === 0
    return over && !this.#options.store.judging
  }

  #isIdle(): boolean {
    if (!this.#isQuiet()) return false
    for (const lane of this.#lanes.values()) {
      if (lane.filling) return false
      const open = lane.enabled && !lane.paused
      if (open && this.#options.store.readyCount(lane.arm) > 0) return false
    }
    return true
  }

  #lane(arm: ArmId): Lane {
    const lane = this.#lanes.get(arm)
    if (lane === undefined) throw new RangeError(`no arm ${arm}`)
    return lane
  }
}

/** Ends that wait for the store: beyond this nothing new starts, so that a slow disk slows the work and not the memory. */
const SETTLING_MAX = 16_384
/** A pool whose threads die this often in a row before they take a task will not come to life. */
const STILLBORN_MAX = 8
const REST_MS = 5
