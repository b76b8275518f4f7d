import { ARM_IDS, type ArmId } from '../../protocol/task.ts'
import type { ReadyWaitingTask, Waiting } from './waiting.ts'

/**
 * Tasks that ran when an earlier owner died take turns, one in the whole engine: so that if the process dies again, it is
 * clear of whom.
 */
export class SuspectTurn {
  readonly #waiting: Waiting
  #current: number | undefined

  constructor(waiting: Waiting) {
    this.#waiting = waiting
  }

  /** The arm's next suspect, alone, if none runs. */
  take(arm: ArmId): readonly ReadyWaitingTask[] | undefined {
    if (this.#current !== undefined) return undefined
    const task = this.#waiting.takeSuspect(arm)
    if (task === undefined) return undefined
    this.#current = task.seq
    return [task]
  }

  /** The task no longer runs. Returns whether it was the one whose turn it was. */
  end(seq: number): boolean {
    if (this.#current !== seq) return false
    this.#current = undefined
    return true
  }

  /** Arms in which a suspect could have its turn now. */
  arms(): readonly ArmId[] {
    if (this.#current !== undefined) return []
    return ARM_IDS.filter((arm) => this.#waiting.suspectCount(arm) > 0)
  }
}
