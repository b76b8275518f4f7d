import { ARM_IDS, type ArmId, type OnParentFailure } from '../../protocol/task.ts'
import type { WaitingTask } from './waiting-task.ts'

/** A task that waits for others. */
export interface BlockedTask extends WaitingTask {
  /** Wall clock; when it was delayed or scheduled beside that, else 0. */
  readonly dueAtMs: number
  readonly onFailure: OnParentFailure | 'part'
}

interface Entry {
  readonly task: BlockedTask
  readonly awaited: Set<number>
}

/**
 * Who waits for whom, as long as somebody does. Nothing of this is written down: it follows from what the journal knows of
 * parents and their ends.
 */
export class Blocked {
  readonly #tasks = new Map<number, Entry>()
  readonly #children = new Map<number, Set<number>>()
  readonly #byArm = new Float64Array(ARM_IDS.length)

  get count(): number {
    return this.#tasks.size
  }

  countOf(arm: ArmId): number {
    return this.#byArm[ARM_IDS.indexOf(arm)] ?? 0
  }

  /** The parents it still waits for; undefined when it waits for none. */
  awaitedBy(seq: number): ReadonlySet<number> | undefined {
    return this.#tasks.size === 0 ? undefined : this.#tasks.get(seq)?.awaited
  }

  add(task: BlockedTask, awaited: Iterable<number>): void {
    const entry = { task, awaited: new Set(awaited) }
    this.#tasks.set(task.seq, entry)
    this.#count(task.arm, 1)
    for (const parent of entry.awaited) {
      const children = this.#children.get(parent)
      if (children === undefined) this.#children.set(parent, new Set([task.seq]))
      else children.add(task.seq)
    }
  }

  /** The parent has ended, and those left here do not mind how: returns whoever waits for nobody any more. */
  free(parent: number): BlockedTask[] {
    if (this.#children.size === 0) return []
    const freed: BlockedTask[] = []
    for (const seq of this.#children.get(parent) ?? []) {
      const entry = this.#tasks.get(seq)
      entry?.awaited.delete(parent)
      if (entry?.awaited.size === 0) freed.push(this.#take(entry))
    }
    this.#children.delete(parent)
    return freed
  }

  /** The parent did not succeed: takes out whoever must not run for that, and whoever waited for them in turn. */
  doom(parent: number): BlockedTask[] {
    const doomed: BlockedTask[] = []
    for (
      let next: number | undefined = parent, at = 0;
      next !== undefined;
      next = doomed[at++]?.seq
    )
      for (const seq of this.#children.get(next) ?? []) {
        const entry = this.#tasks.get(seq)
        if (entry !== undefined && entry.task.onFailure !== 'run') doomed.push(this.#take(entry))
      }
    return doomed
  }

  remove(seqs: ReadonlySet<number>): BlockedTask[] {
    if (this.#tasks.size === 0) return []
    const removed: BlockedTask[] = []
    for (const seq of seqs) {
      const entry = this.#tasks.get(seq)
      if (entry !== undefined) removed.push(this.#take(entry))
    }
    return removed
  }

  #take({ task, awaited }: Entry): BlockedTask {
    this.#tasks.delete(task.seq)
    this.#count(task.arm, -1)
    for (const parent of awaited) {
      const siblings = this.#children.get(parent)
      siblings?.delete(task.seq)
      if (siblings?.size === 0) this.#children.delete(parent)
    }
    return task
  }

  #count(arm: ArmId, change: number): void {
    this.#byArm[ARM_IDS.indexOf(arm)] = this.countOf(arm) + change
  }
}
