import { hash } from 'node:crypto'

/**
 * From a row's name to its line: 12 bytes a row and no strings, so that a file of millions of rows fits. Names are kept
 * as 64 bits of their SHA-256; that two of ten million rows meet there has odds of one in 300,000.
 */
export class LineTable {
  #high = new Uint32Array(1_024)
  #low = new Uint32Array(1_024)
  #lines = new Uint32Array(1_024)
  #size = 0

  /** The line the name was given at before, or undefined when it is new and was kept. */
  add(name: string, line: number): number | undefined {
    if (this.#size * 3 > this.#lines.length * 2) this.#grow()
    const [high, low] = digest(name)
    const at = this.#slot(high, low)
    const known = this.#lines[at]
    if (known !== 0) return known
    this.#high[at] = high
    this.#low[at] = low
    this.#lines[at] = line
    this.#size += 1
    return undefined
  }

  get(name: string): number | undefined {
    const line = this.#lines[this.#slot(...digest(name))]
    return line === 0 ? undefined : line
  }

  // Open addressing: the slot that holds the key, or the free one where it belongs. Line 0 marks a free one.
  #slot(high: number, low: number): number {
    const mask = this.#lines.length - 1
    let at = low & mask
    while (this.#lines[at] !== 0 && (this.#low[at] !== low || this.#high[at] !== high))
      at = (at + 1) & mask
    return at
  }

  #grow(): void {
    const [high, low, lines] = [this.#high, this.#low, this.#lines]
    this.#high = new Uint32Array(lines.length * 2)
    this.#low = new Uint32Array(lines.length * 2)
    this.#lines = new Uint32Array(lines.length * 2)
    for (const [from, line] of lines.entries()) {
      if (line === 0) continue
      const at = this.#slot(high[from] ?? 0, low[from] ?? 0)
      this.#high[at] = high[from] ?? 0
      this.#low[at] = low[from] ?? 0
      this.#lines[at] = line
    }
  }
}

function digest(name: string): [high: number, low: number] {
  const bytes = hash('sha256', name, 'buffer')
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
}
