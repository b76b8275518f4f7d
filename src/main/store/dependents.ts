import { mintId, type FinalState, type TaskId, taskId } from '../../protocol/task.ts'
import type { BlockedTask } from './blocked.ts'
import type { AcceptRow, Journal, Parents, ParentState } from './journal.ts'
import type { LiveTasks } from './live-tasks.ts'
import type { PartProgress, Verdict } from './store.ts'
import type { WaitingTask } from './waiting.ts'

export interface DependentsOptions {
  readonly journal: Journal
  readonly live: LiveTasks
  readonly nowMs: () => number
  /** Gives a task that waits for nobody its place in the order. Wall-clock times; 0: at once, never. */
  place(task: WaitingTask, dueAtMs: number, expiresAtMs: number): void
  judged(verdicts: readonly Verdict[]): void
  /** A part has ended. */
  progressed(progress: PartProgress): void
}

/** A task that must not run, and the end that decided it. */
interface Doomed {
  readonly task: BlockedTask
  /** The parent whose end was the first to decide. */
  readonly failed: number
}

/**
 * What the end of one task means for those that wait for it. Unblocking needs no write: it follows from the parents' ends,
 * which are on record. A task that must not run any more is settled like any other, through a verdict; if the owner dies
 * before that, recovery comes to the same verdict.
 *
 * ```
 *  parents ─▶ blocked ──all ended──▶ its place in the order
 *                └──one did not succeed──▶ doomed ─▶ verdict ─▶ settled, and so its own children
 * ```
 */
export class Dependents {
  readonly #options: DependentsOptions
  #doomed: Doomed[] = []
  #telling = 0
  /** Writes under way that bring tasks which wait for others. */
  #writes = 0
  /** What ended while they were: the journal may have looked at it before. */
  readonly #endedMeanwhile = new Map<number, FinalState>()

  constructor(options: DependentsOptions) {
    this.#options = options
  }

  /** Writes tasks of which some wait for others: whatever ends meanwhile counts for those. */
  async watching<T>(write: () => Promise<T>): Promise<T> {
    this.#writes += 1
    const written = await write()
    this.#writes -= 1
    if (this.#writes === 0) this.#endedMeanwhile.clear()
    this.tell()
    return written
  }

  accepted(row: AcceptRow, parents: Parents): void {
    const { dueAtMs = 0, expiresAtMs = 0 } = row
    this.arrive(this.#options.live.waitingTask(row), dueAtMs, expiresAtMs, parents)
  }

  /** A task that waits for others takes its place, unless they have not all ended, or one of them not well. */
  arrive(task: WaitingTask, dueAtMs: number, expiresAtMs: number, parents: Parents): void {
    const { onFailure } = parents
    const states = parents.states.map((parent) => this.#asOfNow(parent))
    const failed = onFailure === 'run' ? undefined : states.find(didNotSucceed)
    const awaited = states.flatMap(({ seq, ended }) => (ended === undefined ? [seq] : []))
    const { waiting, dependents } = this.#options.live
    dependents.add(task.seq)
    if (failed !== undefined)
      this.#doomed.push({ task: { ...task, dueAtMs, onFailure }, failed: failed.seq })
    else if (awaited.length === 0) this.#options.place(task, dueAtMs, expiresAtMs)
    else {
      waiting.blocked.add({ ...task, dueAtMs, onFailure }, awaited)
      if (expiresAtMs > 0) waiting.expireAt(task, expiresAtMs)
    }
  }

  /** A stored task that waits for others; if those are its parts, that is more than waiting. */
  known(seq: number, { onFailure, states }: Parents): void {
    const live = states.filter(({ ended }) => ended === undefined)
    if (onFailure === 'part')
      this.#options.live.parts.add(
        seq,
        states.length,
        live.map((part) => part.seq),
      )
  }

  /** It ended an attempt in parts, and that is on record. */
  splitted(seq: number, parts: readonly number[]): void {
    this.#options.live.parts.add(seq, parts.length, parts)
  }

  /** It waits for its parts, of which none has ended yet. */
  block(task: WaitingTask): void {
    const { waiting, parts } = this.#options.live
    waiting.blocked.add({ ...task, dueAtMs: 0, onFailure: 'part' }, parts.liveOf([task.seq]))
  }

  /** A task has ended for good, and that is on record. */
  ended(seq: number, how: FinalState): void {
    if (this.#writes > 0) this.#endedMeanwhile.set(seq, how)
    const progress = this.#options.live.parts.ended(seq)
    if (progress !== undefined && how === 'succeeded') this.#options.progressed(progress)
    const { blocked } = this.#options.live.waiting
    if (blocked.count === 0) return
    if (how !== 'succeeded')
      for (const task of blocked.doom(seq)) this.#doomed.push({ task, failed: seq })
    for (const { arm, typeIndex, priority, dueAtMs, seq: freed } of blocked.free(seq))
      this.#options.place({ seq: freed, arm, typeIndex, priority }, dueAtMs, 0)
  }

  /** Verdicts are on their way. */
  get judging(): boolean {
    return this.#telling > 0
  }

  /**
   * Judges whoever must not run any more. Nobody waits for it: an acknowledgement that came later than its task's end
   * would leave who asks for the result waiting for ever.
   */
  tell(): void {
    if (this.#doomed.length === 0) return
    this.#telling += 1
    void this.verdicts().then(
      (verdicts) => {
        this.#telling -= 1
        this.#options.judged(verdicts)
      },
      // The journal failed: onFailure has told the engine.
      () => undefined,
    )
  }

  /** Claims whoever must not run any more, with all who wait for them in turn. */
  async verdicts(): Promise<readonly Verdict[]> {
    if (this.#doomed.length === 0) return []
    const { live, nowMs } = this.#options
    const doomed = this.#doomed.splice(0)
    for (const { task, failed } of doomed)
      for (const child of live.waiting.blocked.doom(task.seq)) doomed.push({ task: child, failed })
    live.running.expect(doomed.map(({ task }) => task.seq))
    // They run nothing that could read what other parents left.
    for (const { task } of doomed) live.dependents.delete(task.seq)
    const roots = await this.#rootsOf(new Set(doomed.map(({ failed }) => failed)))
    const readyAtMs = nowMs()
    const claims = await live.claimed(
      doomed.map(({ task: { seq, arm, typeIndex, priority } }) => {
        return { seq, arm, typeIndex, priority, readyAtMs }
      }),
    )
    return claims.map((claim, at): Verdict => {
      const { task, failed } = doomed[at] ?? {}
      return {
        claim,
        why: WHY[task?.onFailure ?? 'skip'],
        root: roots.get(failed ?? 0) ?? mintId(failed ?? 0),
      }
    })
  }

  #asOfNow(parent: ParentState): ParentState {
    const { seq, ended } = parent
    const meanwhile = ended === undefined ? this.#endedMeanwhile.get(seq) : undefined
    return meanwhile === undefined ? parent : { seq, ended: meanwhile }
  }

  async #rootsOf(seqs: ReadonlySet<number>): Promise<ReadonlyMap<number, TaskId>> {
    const entries = [...seqs].map(async (seq): Promise<[number, TaskId]> => {
      const record = await this.#options.journal.get(seq)
      const root = record?.failure?.root
      return [seq, root === undefined ? (record?.id ?? mintId(seq)) : taskId(root)]
    })
    return new Map(await Promise.all(entries))
  }
}

const WHY = {
  skip: 'skipped',
  fail: 'parent-failed',
  part: 'part-failed',
  // Such a task is never doomed.
  run: 'skipped',
} as const

function didNotSucceed({ ended }: ParentState): boolean {
  return ended === 'failed' || ended === 'cancelled'
}

export function isDependent({ dependsOn }: AcceptRow): boolean {
  return dependsOn !== undefined
}
