/** One bit of memory a row, by its place among the selected rows of the file: set means left out. */
export class RowMarks {
  #bits = new Uint8Array(1_024)

  set(index: number): void {
    if (index >> 3 >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(this.#bits.length * 2, (index >> 3) + 1))
      larger.set(this.#bits)
      this.#bits = larger
    }
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (1 << (index & 7))
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
  }
}
