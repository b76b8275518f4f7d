import { CycleError, dependencyOrder } from '../../main/index.ts'
import { count } from '../format.ts'
import type { Fault, Place } from '../task-file/row-text.ts'
import type { SelectedRow } from './selected-rows.ts'

/** A row that waits for others. */
interface WaitingRow {
  readonly name: string
  readonly line: number
  /** Of its `after`. */
  readonly place: Place
  readonly after: readonly string[]
}

/**
 * Which rows of a file wait for which. Only rows that wait are kept, and the names they wait for: a file without `after`
 * costs nothing.
 */
export class RowGraph {
  readonly #waiting = new Map<string, WaitingRow>()
  readonly #parents = new Set<string>()

  add({ name, line, spec, afterAt }: SelectedRow): void {
    const { after = [] } = spec
    if (afterAt === undefined || after.length === 0) return
    this.#waiting.set(name, { name, line, place: afterAt, after })
    for (const parent of after) this.#parents.add(parent)
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** What rows wait for: names in this file, or ids in the store. */
  get parents(): ReadonlySet<string> {
    return this.#parents
  }

  /** A fault at every row that waits for a parent of which there is something to say. */
  faults(of: (parent: string) => string | undefined): Fault[] {
    const faults: Fault[] = []
    for (const { place, after } of this.#waiting.values())
      for (const parent of after) {
        const message = of(parent)
        if (message !== undefined) faults.push({ ...place, message })
      }
    return faults
  }

  /** How many rows follow one after the other behind each row, by name; or a fault where rows wait for each other. */
  levels(): ReadonlyMap<string, number> | Fault {
    const names = [...this.#parents.union(this.#waiting)]
    const items = names.map((id) => ({ id, after: this.#waiting.get(id)?.after }))
    try {
      const { levels } = dependencyOrder(items)
      return new Map(names.map((name, at) => [name, levels[at] ?? 0]))
    } catch (error) {
      if (error instanceof CycleError) return this.#cycleFault(error.chain)
      throw error
    }
  }

  /** Told at the row of the circle that stands first in the file. */
  #cycleFault(chain: readonly string[]): Fault {
    const circle = chain.slice(1).flatMap((name) => this.#waiting.get(name) ?? [])
    const first = circle.reduce((least, row) => (row.line < least.line ? row : least))
    const start = circle.indexOf(first)
    const rows = [...circle.slice(start), ...circle.slice(0, start), first]
    const names = shortened(rows.map(({ name, line }) => `${name} (line ${line})`))
    const message = `tasks wait for each other, so none could ever start: ${names.join(' -> ')}`
    return { ...first.place, message }
  }
}

const CHAIN_SHOWN = 12

function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= CHAIN_SHOWN) return names
  const hidden = `… ${count(names.length - CHAIN_SHOWN)} more …`
  return [...names.slice(0, CHAIN_SHOWN - 1), hidden, ...names.slice(-1)]
}
