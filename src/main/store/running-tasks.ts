import { byArm, type ArmId } from '../../protocol/task.ts'
import { SeqMap } from '../seq-map.ts'
import type { Claim, Settlement } from './store.ts'

/** A task between its claim and its settle. */
export interface RunningTask {
  readonly claim: Claim
  checkpoint: Uint8Array | undefined
  settling: boolean
  cancelRequested: boolean
}

/**
 * What is out of the order and not settled. Moves apply only to what still runs at that attempt, and to what nobody else
 * is settling.
 *
 * ```
 *  expect ──▶ start ──▶ beginSettle ──▶ end
 *                │ ◀── refuseSettle ──┘
 *                └────▶ release: back to the order
 * ```
 */
export class RunningTasks {
  readonly #tasks = new SeqMap<RunningTask>()
  /** Out of the order, their envelopes still on the way; true once a cancel has met them there. */
  readonly #expected = new Map<number, boolean>()

  has(seq: number): boolean {
    return this.#tasks.has(seq) || this.#expected.has(seq)
  }

  seqs(): Iterable<number> {
    return this.#tasks.keys()
  }

  countByArm(): Record<ArmId, number> {
    const counts = byArm(() => 0)
    for (const { claim } of this.#tasks.values()) counts[claim.arm] += 1
    return counts
  }

  expect(seqs: Iterable<number>): void {
    // Twice on the way, and a cancel may have met it in between.
    for (const seq of seqs) if (!this.#expected.has(seq)) this.#expected.set(seq, false)
  }

  start(claim: Claim): void {
    const { seq, checkpoint } = claim
    const cancelRequested = this.#expected.size > 0 && this.#expected.get(seq) === true
    if (this.#expected.size > 0) this.#expected.delete(seq)
    this.#tasks.set(seq, { claim, checkpoint, settling: false, cancelRequested })
  }

  /** The task, if it still runs at that attempt. */
  at(seq: number, attempt: number): RunningTask | undefined {
    const task = this.#tasks.get(seq)
    return task?.claim.attempt === attempt ? task : undefined
  }

  requestCancel(seq: number): void {
    const task = this.#tasks.get(seq)
    if (task !== undefined) task.cancelRequested = true
    else if (this.#expected.has(seq)) this.#expected.set(seq, true)
  }

  beginSettle({ seq, attempt }: Settlement): 'applied' | 'stale' {
    const task = this.at(seq, attempt)
    if (task === undefined || task.settling) return 'stale'
    task.settling = true
    return 'applied'
  }

  /** The journal took nothing of it: the attempt may be settled in another way. */
  refuseSettle(seq: number): void {
    const task = this.#tasks.get(seq)
    if (task !== undefined) task.settling = false
  }

  end(seq: number): RunningTask | undefined {
    return this.#tasks.take(seq)
  }

  /** Takes out a task that had not started, unless it is being settled. */
  release({ seq, attempt }: Claim): RunningTask | undefined {
    const task = this.at(seq, attempt)
    return task === undefined || task.settling ? undefined : this.end(seq)
  }
}
