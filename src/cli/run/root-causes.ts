import type { Octopus } from '../../main/index.ts'

/** A task that did not succeed, and how many rows did not run because of it. */
export interface RootCause {
  /** A row of this run, or the id of another task. */
  readonly root: string
  readonly line: number | undefined
  readonly state: 'failed' | 'cancelled'
  readonly skipped: number
  /** By the policy `fail`. */
  readonly failed: number
}

interface Counted {
  readonly root: string
  skipped: number
  failed: number
}

/** Counts by root cause, whichever rows lie between. */
export class RootCauses {
  readonly #byId = new Map<string, Counted>()

  /**
   * @param id of the task that did not succeed
   * @param root what a person knows it by
   */
  add(id: string, root: string, end: 'skipped' | 'failed'): void {
    const known = this.#byId.get(id) ?? { root, skipped: 0, failed: 0 }
    known[end] += 1
    this.#byId.set(id, known)
  }

  /** Those that stopped most rows first. */
  async list(
    octopus: Octopus,
    lineOf: (row: string) => number | undefined,
  ): Promise<readonly RootCause[]> {
    const all = [...this.#byId].sort(([, a], [, b]) => stopped(b) - stopped(a))
    return Promise.all(
      all.map(async ([id, counted]): Promise<RootCause> => {
        const state = (await octopus.get(id))?.state === 'cancelled' ? 'cancelled' : 'failed'
        return { ...counted, line: lineOf(counted.root), state }
      }),
    )
  }
}

function stopped({ skipped, failed }: Counted): number {
  return skipped + failed
}
