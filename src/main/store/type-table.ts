/** Names of task types as small numbers, so that a waiting task carries two bytes of its type. */
export class TypeTable {
  readonly #indexes = new Map<string, number>()
  readonly #names: string[] = []

  index(name: string): number {
    const known = this.#indexes.get(name)
    if (known !== undefined) return known
    this.#indexes.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  /** Undefined for a name that has no index yet. */
  find(name: string): number | undefined {
    return this.#indexes.get(name)
  }

  name(index: number): string {
    return this.#names[index] ?? ''
  }
}
