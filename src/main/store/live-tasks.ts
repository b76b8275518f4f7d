import { byArm } from '../../protocol/task.ts'
import { AttemptCounts } from './attempt-counts.ts'
import { EnvelopeWindow } from './envelope-window.ts'
import type { AcceptRow, Journal, RetriedTask } from './journal.ts'
import { Parts } from './parts.ts'
import { RunningTasks, type RunningTask } from './running-tasks.ts'
import type { Claim, Settlement, StoreDepth } from './store.ts'
import { SuspectTurn } from './suspect-turn.ts'
import type { LiveFacts } from './task-questions.ts'
import { TypeTable } from './type-table.ts'
import { Waiting, type Now, type ReadyWaitingTask, type WaitingTask } from './waiting.ts'

/**
 * What is not settled, in memory: every task is in exactly one of `waiting` and `running`, and these are the moves between
 * the two. Nothing here writes anything down or wakes anybody.
 */
export class LiveTasks implements LiveFacts {
  readonly types = new TypeTable()
  readonly waiting = new Waiting()
  readonly running = new RunningTasks()
  readonly suspects = new SuspectTurn(this.waiting)
  readonly attempts = new AttemptCounts()
  readonly parts = new Parts()
  /** Those whose parents' results they may read. */
  readonly dependents = new Set<number>()
  readonly #journal: Pick<Journal, 'load' | 'parentResults'>
  readonly #window: EnvelopeWindow

  constructor(journal: Pick<Journal, 'load' | 'parentResults'>) {
    this.#journal = journal
    this.#window = new EnvelopeWindow((seqs) => journal.load(seqs))
  }

  /** Returns whether the task is ready at once. */
  arrive(row: AcceptRow, now: Now): boolean {
    const { seq, arm, type, priority, envelope } = row
    const task = { seq, arm, typeIndex: this.types.index(type), priority }
    if (!this.waiting.arrive(task, row, now)) return false
    this.#window.offer(seq, { envelope, checkpoint: undefined, parts: undefined })
    return true
  }

  /** A new task that waits for others, or did when it came. */
  waitingTask({ seq, arm, type, priority }: AcceptRow): WaitingTask {
    return { seq, arm, typeIndex: this.types.index(type), priority }
  }

  /** A task that runs anew: all its attempts so far are of earlier runs. */
  retried(seq: number, { arm, type, priority, attempts, level }: RetriedTask): WaitingTask {
    if (level > 0) this.waiting.levels.set(seq, level)
    this.attempts.note(seq, attempts)
    this.attempts.noteBefore(seq, attempts)
    return { seq, arm, typeIndex: this.types.index(type), priority }
  }

  /** Takes out what waits; what becomes of it is the caller's. */
  remove(wanted: ReadonlySet<number>): readonly WaitingTask[] {
    const removed = this.waiting.remove(wanted)
    for (const { seq } of removed) this.#window.forget(seq)
    return removed
  }

  /** It has ended for good. */
  forget(seq: number): void {
    this.attempts.forget(seq)
    this.parts.forget(seq)
    if (this.waiting.levels.size > 0) this.waiting.levels.delete(seq)
    if (this.dependents.size > 0) this.dependents.delete(seq)
  }

  /** Tasks that left the order start to run, once their envelopes and what their parents left are here. */
  async claimed(tasks: readonly ReadyWaitingTask[]): Promise<Claim[]> {
    const missing = tasks.filter((task) => !this.#window.has(task.seq)).map((task) => task.seq)
    if (missing.length > 0) await this.#fetch(tasks, missing)
    const parents = this.dependents.size === 0 ? undefined : await this.#parentsOf(tasks)
    const claims = tasks.map((task) => this.#start(task, parents?.get(task.seq)))
    const arm = tasks[0]?.arm
    if (arm !== undefined) this.#window.prefetch((max) => this.waiting.peek(arm, max))
    return claims
  }

  handBack({ claim }: RunningTask): void {
    this.running.end(claim.seq)
    this.suspects.end(claim.seq)
    this.#window.put(claim.seq, claim)
    const { readyAtMs, suspect } = claim
    this.waiting.handBack({ ...this.waitingOf(claim), readyAtMs, suspect })
  }

  /** After the journal has it. Returns the next attempt when a cancel came in while it was being scheduled. */
  settled({ seq, move, attempt }: Settlement, nowMs: number): Claim | undefined {
    const running = this.running.end(seq)
    if (move.to !== 'scheduled' && move.to !== 'blocked') {
      this.forget(seq)
      return undefined
    }
    this.attempts.note(seq, attempt)
    // An attempt that split is not charged.
    if (move.to === 'blocked') this.attempts.noteBefore(seq, this.attempts.before(seq) + 1)
    if (running === undefined) return undefined
    if (!running.cancelRequested) {
      if (move.to === 'scheduled') this.#again(running, nowMs + move.delayMs)
      return undefined
    }
    const claim = { ...running.claim, attempt: attempt + 1 }
    this.running.start(claim)
    return claim
  }

  isRunning(seq: number): boolean {
    return this.running.has(seq)
  }

  isUnserved(seq: number): boolean {
    return this.waiting.isUnserved(seq)
  }

  awaitedBy(seq: number): ReadonlySet<number> | undefined {
    return this.waiting.blocked.awaitedBy(seq)
  }

  runningSeqs(): Iterable<number> {
    return this.running.seqs()
  }

  depth(now: Now): StoreDepth {
    const { waiting } = this
    const untilDue = waiting.untilDue(now)
    return {
      ready: byArm((arm) => waiting.readyCount(arm)),
      running: this.running.countByArm(),
      scheduled: byArm((arm) => waiting.scheduledCount(arm)),
      blocked: byArm((arm) => waiting.blocked.countOf(arm)),
      unserved: waiting.unservedCount,
      nextDueMs: untilDue === undefined ? undefined : now.monotonicMs + untilDue,
    }
  }

  #again({ claim, checkpoint }: RunningTask, dueMonotonicMs: number): void {
    const { seq, envelope, parts } = claim
    this.#window.offer(seq, { envelope, checkpoint, parts })
    this.waiting.delay(this.waitingOf(claim), dueMonotonicMs)
  }

  async #fetch(tasks: readonly ReadyWaitingTask[], missing: readonly number[]): Promise<void> {
    this.running.expect(tasks.map(({ seq }) => seq))
    await this.#window.fetch(missing)
  }

  async #parentsOf(
    tasks: readonly ReadyWaitingTask[],
  ): Promise<ReadonlyMap<number, Uint8Array> | undefined> {
    const children = tasks.map(({ seq }) => seq).filter((seq) => this.dependents.has(seq))
    if (children.length === 0) return undefined
    this.running.expect(tasks.map(({ seq }) => seq))
    const results = await this.#journal.parentResults(children)
    return new Map(children.map((seq, at) => [seq, results[at] ?? NO_BYTES]))
  }

  #start(task: ReadyWaitingTask, parents: Uint8Array | undefined): Claim {
    const { seq, arm, priority, readyAtMs } = task
    const loaded = this.#window.take(seq)
    if (loaded === undefined) throw new Error(`task ${seq} has no envelope`)
    const claim: Claim = {
      seq,
      attempt: this.attempts.ended(seq) + 1,
      attemptsBefore: this.attempts.before(seq),
      type: this.types.name(task.typeIndex),
      arm,
      priority,
      readyAtMs,
      envelope: loaded.envelope,
      checkpoint: loaded.checkpoint,
      parents,
      parts: loaded.parts,
      suspect: task.suspect === true,
    }
    this.running.start(claim)
    return claim
  }

  waitingOf({ seq, arm, priority, type }: Claim): WaitingTask {
    return { seq, arm, priority, typeIndex: this.types.index(type) }
  }
}

const NO_BYTES = new Uint8Array(0)
