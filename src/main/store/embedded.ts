import type { Clock } from '../../protocol/clock.ts'
import { ARM_IDS, byArm, type ArmId } from '../../protocol/task.ts'
import { DueTimer } from './due-timer.ts'
import { EnvelopeWindow } from './envelope-window.ts'
import type { AcceptRow, Journal } from './journal.ts'
import { recoverInto } from './recover.ts'
import { RunningTasks, type RunningTask } from './running-tasks.ts'
import { acceptRow, cancelledBeforeStart } from './store-rows.ts'
import type * as Store from './store.ts'
import { SuspectTurn } from './suspect-turn.ts'
import { TaskQuestions } from './task-questions.ts'
import { TypeTable } from './type-table.ts'
import { Waiting, type Now, type ReadyWaitingTask, type WaitingTask } from './waiting.ts'

export interface EmbeddedOptions {
  readonly journal: Journal
  readonly clock: Clock
  /** Does this process serve the type on that arm? What it does not serve waits on a shelf, uncharged. */
  readonly serves: (type: string, arm: ArmId) => boolean
}

/**
 * A store with one owner: the order of what waits lives here, in memory; what must survive goes through a journal first.
 *
 * ```
 *  accept ─▶ journal ─▶ Waiting ─▶ claim ─▶ #running ─▶ settle ─▶ journal ─▶ gone, or Waiting again
 * ```
 *
 * A task is in exactly one of: Waiting, `#running`, or settled.
 */
export class EmbeddedStore implements Store.TaskStore {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #serves: EmbeddedOptions['serves']
  readonly #types = new TypeTable()
  readonly #waiting = new Waiting()
  readonly #window: EnvelopeWindow
  readonly #questions: TaskQuestions
  readonly #running = new RunningTasks()
  /** Attempts that ended, for the few waiting tasks that had any. */
  readonly #attempts = new Map<number, number>()
  #seqMax = 0
  readonly #suspects = new SuspectTurn(this.#waiting)
  #fenced = false
  #wake: (arm: ArmId) => void = () => {}
  #judged: (verdicts: readonly Store.Verdict[]) => void = () => {}
  readonly #timer: DueTimer

  constructor(options: EmbeddedOptions) {
    this.#journal = options.journal
    this.#clock = options.clock
    this.#serves = options.serves
    this.#timer = new DueTimer(options.clock, () => this.#turn())
    this.#window = new EnvelopeWindow((seqs) => this.#journal.load(seqs))
    const live = {
      isRunning: (seq: number) => this.#running.has(seq),
      isUnserved: (seq: number) => this.#waiting.isUnserved(seq),
      runningSeqs: () => this.#running.seqs(),
    }
    this.#questions = new TaskQuestions(options.journal, live, options.clock)
  }

  get caps(): Store.StoreCaps {
    return this.#journal.caps
  }

  async open(): Promise<Store.OpenedStore> {
    const recovered = await recoverInto({
      journal: this.#journal,
      now: this.#now(),
      types: this.#types,
      attempts: this.#attempts,
      place: (task, dueWallMs, expiresWallMs) => this.#place(task, dueWallMs, expiresWallMs),
      suspect: (task) =>
        this.#waiting.suspect({ ...task, readyAtMs: this.#clock.monotonicMs(), suspect: true }),
    })
    this.#seqMax = recovered.seqMax
    const verdicts = await this.#claimJudged(recovered.judged)
    this.#turn()
    const { pending, interrupted, clean, statusFile } = recovered
    return { pending, interrupted, clean, statusFile, verdicts }
  }

  async enqueue(batch: readonly Store.NewTask[]): Promise<Store.EnqueueResult[]> {
    const wallMs = this.#clock.wallMs()
    const rows = batch.map((task) => acceptRow(task, ++this.#seqMax, wallMs))
    const verdicts = await this.#journal.accept(rows)
    const now = this.#now()
    const woken = new Set<ArmId>()
    const results = rows.map((row, index): Store.EnqueueResult => {
      const verdict = verdicts?.[index]
      if (verdict !== undefined && verdict.kind !== 'created') return verdict
      if (this.#insert(row, now)) woken.add(row.arm)
      return { kind: 'created', seq: row.seq }
    })
    for (const arm of woken) this.#wake(arm)
    this.#turn()
    return results
  }

  async claim(arm: ArmId, max: number, admit: Store.Admit): Promise<Store.Claim[]> {
    const tasks =
      this.#suspects.take(arm) ??
      this.#waiting.take(arm, max, (type) => admit(this.#types.name(type)))
    if (tasks.length === 0) return []
    const claims = await this.#claimed(tasks)
    const met = claims.filter(({ seq, attempt }) => this.#running.at(seq, attempt)?.cancelRequested)
    if (met.length === 0) return claims
    // A cancel came while their envelopes were on the way from the disk.
    this.#cancelMet(met)
    // None is left of these, which does not mean that nothing is ready.
    if (met.length === claims.length) this.#wake(arm)
    return claims.filter((claim) => !met.includes(claim))
  }

  async settle(batch: readonly Store.Settlement[]): Promise<Store.SettleResult[]> {
    const results = batch.map((settlement) => this.#running.beginSettle(settlement))
    const applied = results.includes('stale')
      ? batch.filter((_, at) => results[at] === 'applied')
      : batch
    if (applied.length > 0) await this.#journal.settle(applied)
    this.#cancelMet(applied.flatMap((settlement) => this.#settled(settlement) ?? []))
    this.#turn()
    return results
  }

  release(claims: readonly Store.Claim[]): void {
    const woken = new Set<ArmId>()
    const cancelled: Store.Claim[] = []
    // Backwards, so that the first of them ends up in front.
    for (const claim of claims.toReversed()) {
      const running = this.#running.at(claim.seq, claim.attempt)
      if (running === undefined || running.settling) continue
      if (running.cancelRequested) cancelled.push(claim)
      else this.#handBack(running)
      woken.add(claim.arm)
    }
    this.#cancelMet(cancelled)
    for (const arm of this.#suspects.arms()) woken.add(arm)
    for (const arm of woken) this.#wake(arm)
  }

  recordStart(claims: readonly Store.Claim[]): Promise<void> {
    return this.#journal.recordStart(claims)
  }

  async checkpoint(seq: number, attempt: number, value: Uint8Array): Promise<void> {
    const running = this.#running.at(seq, attempt)
    if (running === undefined) return
    running.checkpoint = value
    await this.#journal.checkpoint(seq, attempt, value)
  }

  async cancel(ids: readonly string[]): Promise<Store.CancelResult[]> {
    const seqs = await this.#questions.resolve(ids)
    const wanted = new Set(seqs.filter((seq) => seq !== undefined))
    const removed = this.#waiting.remove(wanted)
    const running = [...wanted].filter((seq) => this.#running.has(seq))
    for (const seq of running) this.#running.requestCancel(seq)
    await Promise.all([
      removed.length === 0 ? undefined : this.#settleRemoved(removed),
      running.length === 0 ? undefined : this.#journal.requestCancel(running),
    ])
    const gone = new Set(removed.map((task) => task.seq))
    return seqs.map((seq) => {
      if (seq === undefined || seq < 1 || seq > this.#seqMax) return 'unknown'
      if (gone.has(seq)) return 'removed'
      return running.includes(seq) ? 'running' : 'gone'
    })
  }

  onWake(wake: (arm: ArmId) => void): Store.Unsubscribe {
    this.#wake = wake
    return () => {
      this.#wake = () => {}
    }
  }

  onVerdict(judged: (verdicts: readonly Store.Verdict[]) => void): Store.Unsubscribe {
    this.#judged = judged
    return () => {
      this.#judged = () => {}
    }
  }

  onFailure(failed: (error: Error) => void): void {
    this.#journal.onFailure(failed)
  }

  depth(): Store.StoreDepth {
    const waiting = this.#waiting
    const untilDue = waiting.untilDue(this.#now())
    return {
      ready: byArm((arm) => waiting.readyCount(arm)),
      running: this.#running.countByArm(),
      scheduled: byArm((arm) => waiting.scheduledCount(arm)),
      unserved: waiting.unservedCount,
      nextDueMs: untilDue === undefined ? undefined : this.#clock.monotonicMs() + untilDue,
    }
  }

  readyCount(arm: ArmId): number {
    return this.#fenced ? this.#waiting.fencedCount(arm) : this.#waiting.readyCount(arm)
  }

  get waitingCount(): number {
    return this.#waiting.count
  }

  headPriority(arm: ArmId): number {
    return this.#waiting.headPriority(arm)
  }

  fence(): void {
    this.#fenced = true
    this.#waiting.fence()
  }

  lift(): void {
    this.#fenced = false
    this.#waiting.lift()
    for (const arm of ARM_IDS) if (this.#waiting.readyCount(arm) > 0) this.#wake(arm)
  }

  inspect(query: Store.TaskQuery): Promise<Store.TaskPage> {
    return this.#questions.inspect(query)
  }

  get(id: string): Promise<Store.TaskRecord | undefined> {
    return this.#questions.get(id)
  }

  remember(traces: readonly Store.RememberedTrace[]): Promise<void> {
    return this.#journal.remember(traces)
  }

  recall(query: Store.TraceQuery): Promise<Store.AttemptTrace[]> {
    return this.#questions.recall(query)
  }

  reconsider(): void {
    const now = this.#now()
    for (const task of this.#waiting.unshelve()) this.#place(task, task.dueAtMs, 0)
    this.#dueNow(now)
    for (const arm of ARM_IDS) if (this.#waiting.readyCount(arm) > 0) this.#wake(arm)
    this.#turn()
  }

  async close(): Promise<void> {
    this.#timer.set(undefined)
    await this.#journal.close()
  }

  // ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Returns whether the task is ready at once. */
  #insert(row: AcceptRow, now: Now): boolean {
    const { seq, arm, type, priority, envelope } = row
    const task = { seq, arm, typeIndex: this.#types.index(type), priority }
    if (!this.#waiting.arrive(task, row, now)) return false
    this.#window.offer(seq, { envelope, checkpoint: undefined })
    return true
  }

  /** Puts a stored task where it belongs; a wall-clock due time of 0 means ready. */
  #place(task: WaitingTask, dueWallMs: number, expiresWallMs: number): void {
    const served = this.#serves(this.#types.name(task.typeIndex), task.arm)
    this.#waiting.arriveAgain(task, dueWallMs, expiresWallMs, served, this.#now())
  }

  async #settleRemoved(removed: readonly WaitingTask[]): Promise<void> {
    for (const task of removed) this.#window.forget(task.seq)
    const settledAtMs = this.#clock.wallMs()
    await this.#journal.settle(
      removed.map((task) =>
        cancelledBeforeStart(task.seq, this.#nextAttempt(task.seq), settledAtMs),
      ),
    )
    for (const task of removed) this.#attempts.delete(task.seq)
  }

  /** Wakes what is due and sets the timer for what is next. */
  #turn(): void {
    const now = this.#now()
    this.#dueNow(now)
    this.#timer.set(this.#waiting.untilDue(now))
  }

  #dueNow(now: Now): void {
    const due = this.#waiting.due(now, (seq) => !this.#attempts.has(seq))
    for (const arm of due.woken) this.#wake(arm)
    if (due.expired.length === 0) return
    void this.#claimed(due.expired).then(
      (claims) => this.#judged(claims.map((claim) => ({ claim, why: 'expired' }))),
      // The journal failed: onFailure has told the engine.
      () => undefined,
    )
  }

  #now(): Now {
    return { wallMs: this.#clock.wallMs(), monotonicMs: this.#clock.monotonicMs() }
  }

  // ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async #claimed(tasks: readonly ReadyWaitingTask[]): Promise<Store.Claim[]> {
    const missing = tasks.filter((task) => !this.#window.has(task.seq)).map((task) => task.seq)
    if (missing.length > 0) await this.#fetch(tasks, missing)
    const claims = tasks.map((task) => this.#startRunning(task))
    const arm = tasks[0]?.arm
    if (arm !== undefined) this.#window.prefetch((max) => this.#waiting.peek(arm, max))
    return claims
  }

  async #fetch(tasks: readonly ReadyWaitingTask[], missing: readonly number[]): Promise<void> {
    this.#running.expect(tasks.map(({ seq }) => seq))
    await this.#window.fetch(missing)
  }

  #startRunning(task: ReadyWaitingTask): Store.Claim {
    const { seq, arm, priority, readyAtMs } = task
    const loaded = this.#window.take(seq)
    if (loaded === undefined) throw new Error(`task ${seq} has no envelope`)
    const claim: Store.Claim = {
      seq,
      attempt: this.#nextAttempt(seq),
      type: this.#types.name(task.typeIndex),
      arm,
      priority,
      readyAtMs,
      envelope: loaded.envelope,
      checkpoint: loaded.checkpoint,
      suspect: task.suspect === true,
    }
    this.#running.start(claim)
    return claim
  }

  #nextAttempt(seq: number): number {
    return this.#attempts.size === 0 ? 1 : (this.#attempts.get(seq) ?? 0) + 1
  }

  #handBack({ claim }: RunningTask): void {
    this.#running.end(claim.seq)
    this.#suspects.end(claim.seq)
    this.#window.put(claim.seq, { envelope: claim.envelope, checkpoint: claim.checkpoint })
    const { readyAtMs, suspect } = claim
    this.#waiting.handBack({ ...this.#waitingOf(claim), readyAtMs, suspect })
  }

  /** After the journal has it. Returns the next attempt when a cancel came in while it was being scheduled. */
  #settled(settlement: Store.Settlement): Store.Claim | undefined {
    const { seq, move } = settlement
    const running = this.#running.end(seq)
    if (this.#suspects.end(seq)) for (const arm of this.#suspects.arms()) this.#wake(arm)
    if (move.to !== 'scheduled') {
      if (this.#attempts.size > 0) this.#attempts.delete(seq)
      return undefined
    }
    this.#attempts.set(seq, settlement.attempt)
    if (running === undefined) return undefined
    if (!running.cancelRequested) {
      this.#again(running, move.delayMs)
      return undefined
    }
    const claim = { ...running.claim, attempt: settlement.attempt + 1 }
    this.#running.start(claim)
    return claim
  }

  /** A cancel was acknowledged for these as running, and they do not run any more: they end here. */
  #cancelMet(claims: readonly Store.Claim[]): void {
    if (claims.length > 0) this.#judged(claims.map((claim) => ({ claim, why: 'cancelled' })))
  }

  #again({ claim, checkpoint }: RunningTask, delayMs: number): void {
    this.#window.offer(claim.seq, { envelope: claim.envelope, checkpoint })
    this.#waiting.delay(this.#waitingOf(claim), this.#clock.monotonicMs() + delayMs)
  }

  #waitingOf({ seq, arm, priority, type }: Store.Claim): WaitingTask {
    return { seq, arm, priority, typeIndex: this.#types.index(type) }
  }

  async #claimJudged(
    judged: readonly { readonly task: WaitingTask; readonly why: Store.Verdict['why'] }[],
  ): Promise<Store.Verdict[]> {
    if (judged.length === 0) return []
    const readyAtMs = this.#clock.monotonicMs()
    const claims = await this.#claimed(judged.map(({ task }) => ({ ...task, readyAtMs })))
    return claims.map((claim, at) => ({ claim, why: judged[at]?.why ?? 'lost' }))
  }
}
