import type { Journal } from './journal.ts'
import type { LiveTasks } from './live-tasks.ts'
import type { Settlement, Verdict } from './store.ts'

export interface PartEndsOptions {
  readonly journal: Journal
  readonly live: LiveTasks
  readonly nowMs: () => number
  readonly judged: (verdicts: readonly Verdict[]) => void
  /** These run, and are to stop. */
  readonly stop: (seqs: readonly number[]) => void
}

/**
 * A part ends with its whole. That it must is written down in the transaction that ends the whole, as a request to cancel
 * it; recovery honours that as any other.
 */
export class PartEnds {
  readonly #options: PartEndsOptions

  constructor(options: PartEndsOptions) {
    this.#options = options
  }

  /** The parts that must end with what ends here. */
  of(settlements: readonly Settlement[]): readonly number[] {
    const { parts } = this.#options.live
    if (parts.isEmpty) return NONE
    const ending = settlements.filter(({ move }) => isEnd(move))
    return parts.liveOf(ending.map(({ seq }) => seq))
  }

  /** Runs `write`, which ends wholes, and notes in the same transaction that their parts must end. */
  async with<T>(parts: readonly number[], write: () => Promise<T>): Promise<T> {
    if (parts.length === 0) return write()
    const [written] = await Promise.all([write(), this.#options.journal.requestCancel(parts)])
    await this.#end(parts)
    return written
  }

  async #end(parts: readonly number[]): Promise<void> {
    const { live, nowMs, judged, stop } = this.#options
    const running = parts.filter((seq) => live.running.has(seq))
    for (const seq of running) live.running.requestCancel(seq)
    const removed = live.remove(new Set(parts))
    const readyAtMs = nowMs()
    if (removed.length > 0) {
      const claims = await live.claimed(removed.map((task) => ({ ...task, readyAtMs })))
      judged(claims.map((claim) => ({ claim, why: 'cancelled' })))
    }
    stop(running)
  }
}

export function isEnd({ to }: Settlement['move']): boolean {
  return to !== 'scheduled' && to !== 'blocked'
}

const NONE: readonly number[] = []
