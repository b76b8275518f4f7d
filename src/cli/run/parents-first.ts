import type { SelectedRow } from './selected-rows.ts'

interface HeldRow {
  readonly row: SelectedRow
  /** How many of those it waits for have not passed. */
  missing: number
}

/**
 * Rows in the order in which the engine takes them: a row that waits for others passes after them. Held are only rows
 * that stand in the file before one they wait for.
 */
export class ParentsFirst {
  readonly #parents: ReadonlySet<string>
  readonly #passed = new Set<string>()
  readonly #held = new Map<string, HeldRow[]>()

  /** @param parents the rows of this run that others wait for */
  constructor(parents: ReadonlySet<string>) {
    this.#parents = parents
  }

  /** The rows that may go now: this one and those that waited for it alone, or none. */
  pass(row: SelectedRow): readonly SelectedRow[] {
    const awaited = new Set(row.spec.after?.filter((parent) => this.#isAwaited(parent)))
    if (awaited.size === 0) return this.#release(row)
    const held = { row, missing: awaited.size }
    for (const parent of awaited) {
      const others = this.#held.get(parent)
      if (others === undefined) this.#held.set(parent, [held])
      else others.push(held)
    }
    return []
  }

  /** A row that does not run now, because it is over or waits in the store already. */
  skip(row: SelectedRow): readonly SelectedRow[] {
    return this.#release(row).slice(1)
  }

  #isAwaited(parent: string): boolean {
    return this.#parents.has(parent) && !this.#passed.has(parent)
  }

  #release(first: SelectedRow): readonly SelectedRow[] {
    const going = [first]
    for (const { name } of going) {
      if (this.#parents.has(name)) this.#passed.add(name)
      for (const held of this.#held.get(name) ?? []) {
        held.missing -= 1
        if (held.missing === 0) going.push(held.row)
      }
      this.#held.delete(name)
    }
    return going
  }
}
