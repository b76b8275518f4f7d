import type { Cancel, Clock } from '../../protocol/clock.ts'
import { ARM_IDS, byArm, type ArmId } from '../../protocol/task.ts'
import { EnvelopeWindow } from './envelope-window.ts'
import type { AcceptRow, Journal } from './journal.ts'
import { recoverInto } from './recover.ts'
import type * as Store from './store.ts'
import { TaskQuestions } from './task-questions.ts'
import { TypeTable } from './type-table.ts'
import { Waiting, type Now, type ReadyWaitingTask, type WaitingTask } from './waiting.ts'

export interface EmbeddedOptions {
  readonly journal: Journal
  readonly clock: Clock
  /** Does this process serve the type on that arm? What it does not serve waits on a shelf, uncharged. */
  readonly serves: (type: string, arm: ArmId) => boolean
}

interface Running {
  readonly claim: Store.Claim
  checkpoint: Uint8Array | undefined
  settling: boolean
  cancelRequested: boolean
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
  readonly #running = new Map<number, Running>()
  /** Taken out of the order, their envelopes still on the way; true once a cancel has met them there. */
  readonly #claiming = new Map<number, boolean>()
  /** Attempts that ended, for the few waiting tasks that had any. */
  readonly #attempts = new Map<number, number>()
  #seqMax = 0
  /** The one task of an earlier owner's last moments that runs now. */
  #suspect: number | undefined
  #fenced = false
  #wake: (arm: ArmId) => void = () => {}
  #judged: (verdicts: readonly Store.Verdict[]) => void = () => {}
  #timer: { readonly atMs: number; readonly cancel: Cancel } | undefined

  constructor(options: EmbeddedOptions) {
    this.#journal = options.journal
    this.#clock = options.clock
    this.#serves = options.serves
    this.#window = new EnvelopeWindow((seqs) => this.#journal.load(seqs))
    const live = {
      isRunning: (seq: number) => this.#runs(seq),
      isUnserved: (seq: number) => this.#waiting.isUnserved(seq),
      runningSeqs: () => this.#running.keys(),
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
    const rows = batch.map((task) => this.#row(task, wallMs))
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
      this.#takeSuspect(arm) ??
      this.#waiting.take(arm, max, (type) => admit(this.#types.name(type)))
    if (tasks.length === 0) return []
    const claims = await this.#claimed(tasks)
    const met = claims.filter((claim) => this.#running.get(claim.seq)?.cancelRequested === true)
    if (met.length === 0) return claims
    // A cancel came while their envelopes were on the way from the disk.
    this.#cancelMet(met)
    // None is left of these, which does not mean that nothing is ready.
    if (met.length === claims.length) this.#wake(arm)
    return claims.filter((claim) => !met.includes(claim))
  }

  async settle(batch: readonly Store.Settlement[]): Promise<Store.SettleResult[]> {
    const results = batch.map((settlement) => this.#beginSettle(settlement))
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
      const running = this.#running.get(claim.seq)
      if (running?.claim.attempt !== claim.attempt || running.settling) continue
      if (running.cancelRequested) cancelled.push(claim)
      else this.#handBack(running)
      woken.add(claim.arm)
    }
    this.#cancelMet(cancelled)
    if (this.#suspect === undefined) for (const arm of this.#suspectArms()) woken.add(arm)
    for (const arm of woken) this.#wake(arm)
  }

  recordStart(claims: readonly Store.Claim[]): Promise<void> {
    return this.#journal.recordStart(claims)
  }

  async checkpoint(seq: number, attempt: number, value: Uint8Array): Promise<void> {
    const running = this.#running.get(seq)
    if (running?.claim.attempt !== attempt) return
    running.checkpoint = value
    await this.#journal.checkpoint(seq, attempt, value)
  }

  async cancel(ids: readonly string[]): Promise<Store.CancelResult[]> {
    const seqs = await this.#questions.resolve(ids)
    const wanted = new Set(seqs.filter((seq) => seq !== undefined))
    const removed = this.#waiting.remove(wanted)
    const running = [...wanted].filter((seq) => this.#runs(seq))
    for (const seq of running) this.#markCancelled(seq)
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
    const running = byArm(() => 0)
    for (const { claim } of this.#running.values()) running[claim.arm] += 1
    const untilDue = waiting.untilDue(this.#now())
    return {
      ready: byArm((arm) => waiting.readyCount(arm)),
      running,
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
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#journal.close()
  }

  // ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #row(task: Store.NewTask, wallMs: number): AcceptRow {
    this.#seqMax += 1
    const dueAtMs = task.runAtMs ?? (task.delayMs === undefined ? undefined : wallMs + task.delayMs)
    const { arm, type, priority, delayMs, runAtMs, expiresAtMs, envelope, id, payloadHash } = task
    const seq = this.#seqMax
    return {
      seq,
      arm,
      type,
      priority,
      delayMs,
      runAtMs,
      expiresAtMs,
      envelope,
      id,
      payloadHash,
      dueAtMs,
      acceptedAtMs: wallMs,
    }
  }

  /** Returns whether the task is ready at once. */
  #insert(row: AcceptRow, now: Now): boolean {
    const task = {
      seq: row.seq,
      arm: row.arm,
      typeIndex: this.#types.index(row.type),
      priority: row.priority,
    }
    if (row.expiresAtMs !== undefined) this.#waiting.expireAt(task, row.expiresAtMs)
    if (row.runAtMs !== undefined && row.runAtMs > now.wallMs)
      this.#waiting.appoint(task, row.runAtMs)
    else if (row.delayMs !== undefined && row.delayMs > 0)
      this.#waiting.delay(task, now.monotonicMs + row.delayMs)
    else {
      this.#window.offer(row.seq, { envelope: row.envelope, checkpoint: undefined })
      const { seq, arm, typeIndex, priority } = task
      this.#waiting.ready({ seq, arm, typeIndex, priority, readyAtMs: now.monotonicMs })
      return true
    }
    return false
  }

  /** Puts a stored task where it belongs; a wall-clock due time of 0 means ready. */
  #place(task: WaitingTask, dueWallMs: number, expiresWallMs: number): void {
    const now = this.#now()
    if (expiresWallMs > 0) this.#waiting.expireAt(task, expiresWallMs)
    if (!this.#serves(this.#types.name(task.typeIndex), task.arm))
      this.#waiting.shelve(task, dueWallMs)
    else if (dueWallMs > now.wallMs) this.#waiting.appoint(task, dueWallMs)
    else this.#waiting.ready({ ...task, readyAtMs: now.monotonicMs })
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

  /** Wakes what is due and sets the one timer of an idle engine. */
  #turn(): void {
    const now = this.#now()
    this.#dueNow(now)
    const untilMs = this.#waiting.untilDue(now)
    const atMs = untilMs === undefined ? Infinity : now.monotonicMs + untilMs
    // The wall clock's part in it varies by fractions of a millisecond from turn to turn.
    if (this.#timer !== undefined && Math.abs(this.#timer.atMs - atMs) < 1) return
    this.#timer?.cancel()
    this.#timer =
      untilMs === undefined
        ? undefined
        : { atMs, cancel: this.#clock.after(Math.min(untilMs, WALL_CHECK_MS), () => this.#ring()) }
  }

  #ring(): void {
    this.#timer = undefined
    this.#turn()
  }

  #dueNow(now: Now): void {
    const due = this.#waiting.due(now)
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

  #takeSuspect(arm: ArmId): ReadyWaitingTask[] | undefined {
    if (this.#suspect !== undefined) return undefined
    const task = this.#waiting.takeSuspect(arm)
    if (task === undefined) return undefined
    this.#suspect = task.seq
    return [task]
  }

  async #claimed(tasks: readonly ReadyWaitingTask[]): Promise<Store.Claim[]> {
    const missing = tasks.filter((task) => !this.#window.has(task.seq)).map((task) => task.seq)
    if (missing.length > 0) await this.#fetch(tasks, missing)
    const claims = tasks.map((task) => this.#startRunning(task))
    const arm = tasks[0]?.arm
    if (arm !== undefined) this.#window.prefetch((max) => this.#waiting.peek(arm, max))
    return claims
  }

  async #fetch(tasks: readonly ReadyWaitingTask[], missing: readonly number[]): Promise<void> {
    for (const { seq } of tasks) this.#claiming.set(seq, false)
    await this.#window.fetch(missing)
  }

  #runs(seq: number): boolean {
    return this.#running.has(seq) || this.#claiming.has(seq)
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
    const cancelRequested = this.#claiming.size > 0 && this.#claiming.get(seq) === true
    if (this.#claiming.size > 0) this.#claiming.delete(seq)
    const { checkpoint } = loaded
    this.#running.set(seq, { claim, checkpoint, settling: false, cancelRequested })
    return claim
  }

  #nextAttempt(seq: number): number {
    return this.#attempts.size === 0 ? 1 : (this.#attempts.get(seq) ?? 0) + 1
  }

  #handBack({ claim }: Running): void {
    this.#running.delete(claim.seq)
    if (this.#suspect === claim.seq) this.#suspect = undefined
    this.#window.put(claim.seq, { envelope: claim.envelope, checkpoint: claim.checkpoint })
    const { seq, arm, priority, readyAtMs, suspect } = claim
    this.#waiting.handBack({
      seq,
      arm,
      priority,
      readyAtMs,
      typeIndex: this.#types.index(claim.type),
      suspect,
    })
  }

  #beginSettle(settlement: Store.Settlement): Store.SettleResult {
    const running = this.#running.get(settlement.seq)
    if (running === undefined || running.settling || running.claim.attempt !== settlement.attempt)
      return 'stale'
    running.settling = true
    return 'applied'
  }

  /** After the journal has it. Returns the next attempt when a cancel came in while it was being scheduled. */
  #settled(settlement: Store.Settlement): Store.Claim | undefined {
    const { seq, move } = settlement
    const running = this.#running.get(seq)
    this.#running.delete(seq)
    if (this.#suspect === seq) this.#endSuspect()
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
    this.#running.set(seq, { ...running, claim, settling: false })
    return claim
  }

  /** A cancel was acknowledged for these as running, and they do not run any more: they end here. */
  #cancelMet(claims: readonly Store.Claim[]): void {
    if (claims.length > 0) this.#judged(claims.map((claim) => ({ claim, why: 'cancelled' })))
  }

  #again({ claim, checkpoint }: Running, delayMs: number): void {
    const task = {
      seq: claim.seq,
      arm: claim.arm,
      priority: claim.priority,
      typeIndex: this.#types.index(claim.type),
    }
    const dueMs = this.#clock.monotonicMs() + delayMs
    this.#window.offer(claim.seq, { envelope: claim.envelope, checkpoint })
    this.#waiting.delay(task, dueMs)
  }

  #endSuspect(): void {
    this.#suspect = undefined
    for (const arm of this.#suspectArms()) this.#wake(arm)
  }

  #suspectArms(): readonly ArmId[] {
    return ARM_IDS.filter((arm) => this.#waiting.suspectCount(arm) > 0)
  }

  #markCancelled(seq: number): void {
    const running = this.#running.get(seq)
    if (running !== undefined) running.cancelRequested = true
    else if (this.#claiming.has(seq)) this.#claiming.set(seq, true)
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

/** An appointment is checked at least this often, because the wall clock may be set while the timer sleeps. */
const WALL_CHECK_MS = 60_000

function cancelledBeforeStart(seq: number, attempt: number, settledAtMs: number): Store.Settlement {
  return {
    seq,
    attempt,
    move: { to: 'cancelled' },
    outcome: {
      kind: 'failed',
      failure: { reason: 'cancelled', message: 'cancelled before it started' },
    },
    times: { waitUs: 0, dispatchUs: 0, runUs: 0, settleUs: 0, threadId: 0, settledAtMs },
    logs: [],
  }
}
