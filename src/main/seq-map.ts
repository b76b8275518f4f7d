/**
 * A map from seqs (1 and up) to values, for what comes and goes a hundred thousand times a second.
 *
 * A `Map` that churns like that makes a new table every few thousand changes, and each dead table in the old generation
 * keeps the next one alive, with all it holds: short-lived tasks then survive until a full collection (20 MB a scavenge
 * were seen with 1,024 tasks under way). This one overwrites its two arrays in place: open addressing, linear probing,
 * and a deletion that moves what follows back instead of leaving a tombstone. Iteration is in no order.
 */
export class SeqMap<T> {
  #seqs = new Float64Array(CAPACITY_MIN)
  #values: (T | undefined)[] = noValues(CAPACITY_MIN)
  #shift = 32 - Math.log2(CAPACITY_MIN)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(seq: number): boolean {
    return this.#seqs[this.#find(seq)] === seq
  }

  get(seq: number): T | undefined {
    return this.#values[this.#find(seq)]
  }

  set(seq: number, value: T): void {
    let at = this.#find(seq)
    if (this.#seqs[at] === FREE) {
      if ((this.#size + 1) * 2 > this.#seqs.length) {
        this.#resize(this.#seqs.length * 2)
        at = this.#find(seq)
      }
      this.#size += 1
      this.#seqs[at] = seq
    }
    this.#values[at] = value
  }

  /** Takes the value out. */
  take(seq: number): T | undefined {
    const at = this.#find(seq)
    if (this.#seqs[at] === FREE) return undefined
    const value = this.#values[at]
    this.#size -= 1
    this.#close(at)
    if (this.#size === 0 && this.#seqs.length > CAPACITY_KEPT) this.#resize(CAPACITY_MIN)
    return value
  }

  delete(seq: number): boolean {
    return this.take(seq) !== undefined
  }

  clear(): void {
    this.#size = 0
    this.#resize(CAPACITY_MIN)
  }

  *keys(): Generator<number> {
    for (const seq of this.#seqs) if (seq !== FREE) yield seq
  }

  *values(): Generator<T> {
    for (const value of this.#values) if (value !== undefined) yield value
  }

  /** The place of the seq, or the free one where it belongs. */
  #find(seq: number): number {
    const seqs = this.#seqs
    const mask = seqs.length - 1
    let at = this.#home(seq)
    while (seqs[at] !== seq && seqs[at] !== FREE) at = (at + 1) & mask
    return at
  }

  /** Empties a place: whoever stands behind it only because it was taken moves up. */
  #close(at: number): void {
    const seqs = this.#seqs
    const mask = seqs.length - 1
    let hole = at
    for (let next = (hole + 1) & mask; seqs[next] !== FREE; next = (next + 1) & mask) {
      const seq = seqs[next] ?? FREE
      if (((next - this.#home(seq)) & mask) < ((next - hole) & mask)) continue
      seqs[hole] = seq
      this.#values[hole] = this.#values[next]
      hole = next
    }
    seqs[hole] = FREE
    this.#values[hole] = undefined
  }

  // Fibonacci hashing: neighbours, which seqs mostly are, land far from each other.
  #home(seq: number): number {
    return Math.imul(seq | 0, 0x9e37_79b1) >>> this.#shift
  }

  #resize(capacity: number): void {
    const [seqs, values] = [this.#seqs, this.#values]
    this.#seqs = new Float64Array(capacity)
    this.#values = noValues(capacity)
    this.#shift = 32 - Math.log2(capacity)
    if (this.#size === 0) return
    for (const [from, seq] of seqs.entries()) {
      if (seq === FREE) continue
      const at = this.#find(seq)
      this.#seqs[at] = seq
      this.#values[at] = values[from]
    }
  }
}

function noValues(capacity: number): undefined[] {
  return Array.from({ length: capacity }, () => undefined)
}

const FREE = 0
const CAPACITY_MIN = 256
/** An emptied map that had grown beyond this gives its memory back. */
const CAPACITY_KEPT = 65_536
