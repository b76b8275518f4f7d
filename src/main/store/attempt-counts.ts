/** How many attempts waiting and running tasks have behind them; most have none, and those cost nothing here. */
export class AttemptCounts {
  readonly #ended = new Map<number, number>()
  /** Of retried tasks: those of earlier runs. */
  readonly #before = new Map<number, number>()

  /** Attempts that ended, those of earlier runs included. */
  ended(seq: number): number {
    return this.#ended.size === 0 ? 0 : (this.#ended.get(seq) ?? 0)
  }

  /** Attempts that ended before this run of the task. */
  before(seq: number): number {
    return this.#before.size === 0 ? 0 : (this.#before.get(seq) ?? 0)
  }

  note(seq: number, ended: number): void {
    if (ended > 0) this.#ended.set(seq, ended)
  }

  noteBefore(seq: number, before: number): void {
    if (before > 0) this.#before.set(seq, before)
  }

  forget(seq: number): void {
    if (this.#ended.size > 0) this.#ended.delete(seq)
    if (this.#before.size > 0) this.#before.delete(seq)
  }
}
