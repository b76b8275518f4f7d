/** Collects the lines of one turn of the event loop's work and writes them together. */
export class LineBatch {
  readonly #write: (text: string) => void
  #lines: string[] = []

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length === 1) queueMicrotask(() => this.flush())
  }

  flush(): void {
    if (this.#lines.length === 0) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#write(text)
  }
}
