import type { Clock } from '../../protocol/clock.ts'
import { ARM_IDS, type ArmId } from '../../protocol/task.ts'
import { Accepting, type Written } from './accepting.ts'
import { DueTimer } from './due-timer.ts'
import { Dependents, isDependent } from './dependents.ts'
import type { Journal, RetryVerdict } from './journal.ts'
import { LiveTasks } from './live-tasks.ts'
import { recoverInto, type Judged } from './recover.ts'
import { PartEnds } from './part-ends.ts'
import { cancelledBeforeStart } from './store-rows.ts'
import type * as Store from './store.ts'
import { TaskQuestions } from './task-questions.ts'
import type { Now, WaitingTask } from './waiting.ts'

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
  readonly #live: LiveTasks
  readonly #dependents: Dependents
  readonly #questions: TaskQuestions
  readonly #accepting: Accepting
  readonly #partEnds: PartEnds
  #fenced = false
  #wake: (arm: ArmId) => void = () => {}
  #judged: (verdicts: readonly Store.Verdict[]) => void = () => {}
  #stop: (seqs: readonly number[]) => void = () => {}
  #progressed: (progress: Store.PartProgress) => void = () => {}
  readonly #timer: DueTimer

  constructor(options: EmbeddedOptions) {
    this.#journal = options.journal
    this.#clock = options.clock
    this.#serves = options.serves
    this.#timer = new DueTimer(options.clock, () => this.#turn())
    this.#live = new LiveTasks(options.journal)
    this.#dependents = new Dependents({
      journal: options.journal,
      live: this.#live,
      nowMs: () => this.#clock.monotonicMs(),
      place: (task, dueAtMs, expiresAtMs) => {
        this.#place(task, dueAtMs, expiresAtMs)
        this.#wake(task.arm)
      },
      judged: (verdicts) => this.#judged(verdicts),
      progressed: (progress) => this.#progressed(progress),
    })
    const shared = {
      journal: options.journal,
      live: this.#live,
      nowMs: () => this.#clock.monotonicMs(),
      now: () => this.#now(),
    }
    this.#accepting = new Accepting({
      ...shared,
      clock: options.clock,
      dependents: this.#dependents,
      wake: (arm) => this.#wake(arm),
    })
    this.#partEnds = new PartEnds({
      ...shared,
      judged: (verdicts) => this.#judged(verdicts),
      stop: (seqs) => this.#stop(seqs),
    })
    this.#questions = new TaskQuestions(options.journal, this.#live, options.clock)
  }

  get caps(): Store.StoreCaps {
    return this.#journal.caps
  }

  async open(): Promise<Store.OpenedStore> {
    const recovered = await recoverInto({
      journal: this.#journal,
      now: this.#now(),
      types: this.#live.types,
      attempts: this.#live.attempts,
      levels: this.#live.waiting.levels,
      place: (task, dueWallMs, expiresWallMs, parents) =>
        parents === undefined
          ? this.#place(task, dueWallMs, expiresWallMs)
          : this.#dependents.arrive(task, dueWallMs, expiresWallMs, parents),
      known: (seq, parents) => this.#dependents.known(seq, parents),
      suspect: (task) =>
        this.#live.waiting.suspect({
          ...task,
          readyAtMs: this.#clock.monotonicMs(),
          suspect: true,
        }),
    })
    this.#accepting.seqMax = recovered.seqMax
    const judged = await this.#claimJudged(recovered.judged)
    const verdicts = [...judged, ...(await this.#dependents.verdicts())]
    this.#turn()
    const { pending, interrupted, clean, statusFile } = recovered
    return { pending, interrupted, clean, statusFile, verdicts }
  }

  async enqueue(batch: readonly Store.NewTask[]): Promise<Store.EnqueueResult[]> {
    const rows = this.#accepting.numbered(batch)
    const accept = async (): Promise<Store.EnqueueResult[]> =>
      this.#accepting.arrived(rows, await this.#journal.accept(rows))
    const results = await (rows.some(isDependent) ? this.#dependents.watching(accept) : accept())
    this.#turn()
    return results
  }

  async claim(arm: ArmId, max: number, admit: Store.Admit): Promise<Store.Claim[]> {
    const tasks =
      this.#live.suspects.take(arm) ??
      this.#live.waiting.take(arm, max, (type) => admit(this.#live.types.name(type)))
    if (tasks.length === 0) return []
    const claims = await this.#live.claimed(tasks)
    const met = claims.filter(
      ({ seq, attempt }) => this.#live.running.at(seq, attempt)?.cancelRequested,
    )
    if (met.length === 0) return claims
    // A cancel came while their envelopes were on the way from the disk.
    this.#cancelMet(met)
    // None is left of these, which does not mean that nothing is ready.
    if (met.length === claims.length) this.#wake(arm)
    return claims.filter((claim) => !met.includes(claim))
  }

  async settle(batch: readonly Store.Settlement[]): Promise<Store.SettleResult[]> {
    const results: Store.SettleResult[] = batch.map((settlement) =>
      this.#live.running.beginSettle(settlement),
    )
    const begun = results.includes('stale')
      ? batch.filter((_, at) => results[at] === 'applied')
      : batch
    const written = begun.length === 0 ? undefined : await this.#write(begun)
    const refused = written?.refused
    const applied = refused === undefined ? begun : begun.filter(({ seq }) => !refused.has(seq))
    this.#cancelMet(applied.flatMap((settlement) => this.#settled(settlement, written) ?? []))
    this.#dependents.tell()
    this.#turn()
    if (refused === undefined) return results
    return results.map((result, at) =>
      result === 'stale' ? result : (refused.get(batch[at]?.seq ?? 0) ?? result),
    )
  }

  release(claims: readonly Store.Claim[]): void {
    const woken = new Set<ArmId>()
    const cancelled: Store.Claim[] = []
    // Backwards, so that the first of them ends up in front.
    for (const claim of claims.toReversed()) {
      const running = this.#live.running.at(claim.seq, claim.attempt)
      if (running === undefined || running.settling) continue
      if (running.cancelRequested) cancelled.push(claim)
      else this.#live.handBack(running)
      woken.add(claim.arm)
    }
    this.#cancelMet(cancelled)
    for (const arm of this.#live.suspects.arms()) woken.add(arm)
    for (const arm of woken) this.#wake(arm)
  }

  recordStart(claims: readonly Store.Claim[]): Promise<void> {
    return this.#journal.recordStart(claims)
  }

  async checkpoint(seq: number, attempt: number, value: Uint8Array): Promise<void> {
    const running = this.#live.running.at(seq, attempt)
    if (running === undefined) return
    running.checkpoint = value
    await this.#journal.checkpoint(seq, attempt, value)
  }

  async cancel(ids: readonly string[]): Promise<Store.CancelResult[]> {
    const seqs = await this.#questions.resolve(ids)
    const wanted = new Set(seqs.filter((seq) => seq !== undefined))
    const removed = this.#live.remove(wanted)
    const running = [...wanted].filter((seq) => this.#live.running.has(seq))
    for (const seq of running) this.#live.running.requestCancel(seq)
    await Promise.all([
      removed.length === 0 ? undefined : this.#settleRemoved(removed),
      running.length === 0 ? undefined : this.#journal.requestCancel(running),
    ])
    const gone = new Set(removed.map((task) => task.seq))
    return seqs.map((seq) => {
      if (!this.#isKnown(seq)) return 'unknown'
      if (gone.has(seq)) return 'removed'
      return running.includes(seq) ? 'running' : 'gone'
    })
  }

  async retry(ids: readonly string[]): Promise<Store.RetryResult[]> {
    const seqs = await this.#questions.resolve(ids)
    const asked = new Set<number>()
    // A settle that is on its way ends its task only once the engine has heard of it.
    for (const seq of seqs) if (this.#isKnown(seq) && !this.#live.running.has(seq)) asked.add(seq)
    if (asked.size === 0) return seqs.map((seq) => (this.#isKnown(seq) ? 'pending' : 'unknown'))
    const kinds = await this.#dependents.watching(async () =>
      this.#runAnew([...asked], await this.#journal.retry([...asked])),
    )
    return seqs.map((seq) => (this.#isKnown(seq) ? (kinds.get(seq) ?? 'pending') : 'unknown'))
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

  onParts(listener: Store.PartsListener): Store.Unsubscribe {
    this.#stop = (seqs) => listener.stop(seqs)
    this.#progressed = (progress) => listener.progressed(progress)
    return () => {
      this.#stop = () => {}
      this.#progressed = () => {}
    }
  }

  onFailure(failed: (error: Error) => void): void {
    this.#journal.onFailure(failed)
  }

  depth(): Store.StoreDepth {
    return this.#live.depth(this.#now())
  }

  readyCount(arm: ArmId): number {
    return this.#fenced ? this.#live.waiting.fencedCount(arm) : this.#live.waiting.readyCount(arm)
  }

  get judging(): boolean {
    return this.#dependents.judging
  }

  get waitingCount(): number {
    return this.#live.waiting.count
  }

  headPriority(arm: ArmId): number {
    return this.#live.waiting.headPriority(arm)
  }

  fence(): void {
    this.#fenced = true
    this.#live.waiting.fence()
  }

  lift(): void {
    this.#fenced = false
    this.#live.waiting.lift()
    for (const arm of ARM_IDS) if (this.#live.waiting.readyCount(arm) > 0) this.#wake(arm)
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
    for (const task of this.#live.waiting.unshelve()) this.#place(task, task.dueAtMs, 0)
    this.#dueNow(now)
    for (const arm of ARM_IDS) if (this.#live.waiting.readyCount(arm) > 0) this.#wake(arm)
    this.#turn()
  }

  async close(): Promise<void> {
    this.#timer.set(undefined)
    await this.#journal.close()
  }

  #write(settlements: readonly Store.Settlement[]): Promise<Written | undefined> {
    const write = (): Promise<Written | undefined> => this.#accepting.settle(settlements)
    return this.#live.parts.isEmpty
      ? write()
      : this.#partEnds.with(this.#partEnds.of(settlements), write)
  }

  // ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Puts a stored task where it belongs; a wall-clock due time of 0 means ready. */
  #place(task: WaitingTask, dueWallMs: number, expiresWallMs: number): void {
    const served = this.#serves(this.#live.types.name(task.typeIndex), task.arm)
    this.#live.waiting.arriveAgain(task, dueWallMs, expiresWallMs, served, this.#now())
  }

  #runAnew(
    seqs: readonly number[],
    verdicts: readonly RetryVerdict[],
  ): ReadonlyMap<number, RetryVerdict['kind']> {
    const woken = new Set<ArmId>()
    const kinds = seqs.map((seq, at): [number, RetryVerdict['kind']] => {
      const verdict = verdicts[at] ?? { kind: 'pending' }
      if (verdict.kind === 'retried') {
        const { parents, arm } = verdict.task
        const task = this.#live.retried(seq, verdict.task)
        if (parents === undefined) this.#place(task, 0, 0)
        else this.#dependents.arrive(task, 0, 0, parents)
        woken.add(arm)
      }
      return [seq, verdict.kind]
    })
    for (const arm of woken) this.#wake(arm)
    return new Map(kinds)
  }

  #isKnown(seq: number | undefined): seq is number {
    return seq !== undefined && seq >= 1 && seq <= this.#accepting.seqMax
  }

  async #settleRemoved(removed: readonly WaitingTask[]): Promise<void> {
    const settledAtMs = this.#clock.wallMs()
    const { attempts } = this.#live
    const settlements = removed.map(({ seq }) =>
      cancelledBeforeStart(seq, attempts.ended(seq) + 1, settledAtMs),
    )
    const parts = this.#partEnds.of(settlements)
    for (const { seq } of removed) this.#live.forget(seq)
    await this.#partEnds.with(parts, () => this.#journal.settle(settlements))
    for (const { seq } of removed) this.#dependents.ended(seq, 'cancelled')
    this.#dependents.tell()
  }

  /** Wakes what is due and sets the timer for what is next. */
  #turn(): void {
    const now = this.#now()
    this.#dueNow(now)
    this.#timer.set(this.#live.waiting.untilDue(now))
  }

  #dueNow(now: Now): void {
    const due = this.#live.waiting.due(now, (seq) => this.#live.attempts.ended(seq) === 0)
    for (const arm of due.woken) this.#wake(arm)
    if (due.expired.length === 0) return
    void this.#live.claimed(due.expired).then(
      (claims) => this.#judged(claims.map((claim) => ({ claim, why: 'expired' }))),
      // The journal failed: onFailure has told the engine.
      () => undefined,
    )
  }

  #now(): Now {
    return { wallMs: this.#clock.wallMs(), monotonicMs: this.#clock.monotonicMs() }
  }

  #settled(settlement: Store.Settlement, written: Written | undefined): Store.Claim | undefined {
    const { seq, move, attempt } = settlement
    const split = move.to === 'blocked' ? this.#live.running.at(seq, attempt) : undefined
    const again = this.#live.settled(settlement, this.#clock.monotonicMs())
    if (move.to === 'blocked') this.#dependents.splitted(seq, written?.parts.get(seq) ?? [])
    else if (move.to !== 'scheduled') this.#dependents.ended(seq, move.to)
    if (split?.cancelRequested === false) this.#dependents.block(this.#live.waitingOf(split.claim))
    if (this.#live.suspects.end(seq)) for (const arm of this.#live.suspects.arms()) this.#wake(arm)
    return again
  }

  /** A cancel was acknowledged for these as running, and they do not run any more: they end here. */
  #cancelMet(claims: readonly Store.Claim[]): void {
    if (claims.length > 0) this.#judged(claims.map((claim) => ({ claim, why: 'cancelled' })))
  }

  async #claimJudged(judged: readonly Judged[]): Promise<Store.Verdict[]> {
    if (judged.length === 0) return []
    const readyAtMs = this.#clock.monotonicMs()
    const claims = await this.#live.claimed(judged.map(({ task }) => ({ ...task, readyAtMs })))
    return claims.map((claim, at) => ({ claim, why: judged[at]?.why ?? 'lost' }))
  }
}
