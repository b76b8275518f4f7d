import type { FinalState } from '../../protocol/task.ts'
import type { Parents } from './journal.ts'

interface Links {
  readonly onFailure: Parents['onFailure']
  /** By the parent's seq: attempts of it up to this one do not count as its end. */
  readonly since: ReadonlyMap<number, number>
}

/** What tasks that are not settled wait for, as a journal in memory keeps it. */
export class MemoryParents {
  readonly #links = new Map<number, Links>()
  /** How many that are not settled wait for a task, or need its result. */
  readonly #needed = new Map<number, number>()
  readonly #endOf: (seq: number, since: number) => FinalState | undefined

  constructor(endOf: (seq: number, since: number) => FinalState | undefined) {
    this.#endOf = endOf
  }

  link(child: number, onFailure: Parents['onFailure'], since: ReadonlyMap<number, number>): void {
    this.#links.set(child, { onFailure, since })
    for (const parent of since.keys()) this.#needed.set(parent, (this.#needed.get(parent) ?? 0) + 1)
  }

  of(child: number): Parents | undefined {
    const links = this.#links.get(child)
    if (links === undefined) return undefined
    const { onFailure, since } = links
    const states = [...since].map(([seq, from]) => ({ seq, ended: this.#endOf(seq, from) }))
    return { onFailure, states }
  }

  isNeeded(seq: number): boolean {
    return this.#needed.size > 0 && this.#needed.has(seq)
  }

  /** The child is settled. Returns the parents that nobody needs any more. */
  forget(child: number): number[] {
    const links = this.#links.size === 0 ? undefined : this.#links.get(child)
    if (links === undefined) return []
    this.#links.delete(child)
    return [...links.since.keys()].filter((parent) => this.#release(parent))
  }

  #release(parent: number): boolean {
    const left = (this.#needed.get(parent) ?? 1) - 1
    if (left > 0) this.#needed.set(parent, left)
    else this.#needed.delete(parent)
    return left === 0
  }
}
