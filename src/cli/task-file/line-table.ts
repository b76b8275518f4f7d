/**
 * From a row's name to its line: 12 bytes a row and no strings, so that a file of millions of rows fits. Names are kept
 * as a hash of 64 bits; that two of ten million rows meet there has odds of about one in 300,000.
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

// Two multiplicative hashes side by side (cyrb53, whole). SHA-256 would cost more than reading the row does.
function digest(name: string): [high: number, low: number] {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    high = Math.imul(high ^ code, 2_654_435_761)
    low = Math.imul(low ^ code, 1_597_334_677)
  }
  return [mixed(high, low), mixed(low, high)]
}

function mixed(one: number, other: number): number {
  const half = Math.imul(one ^ (one >>> 16), 2_246_822_507)
  return (half ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)) >>> 0
}
