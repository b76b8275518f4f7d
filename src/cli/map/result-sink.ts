/** Lines of one turn of the event loop in one write; many of them sooner. */
export class ResultSink {
  readonly #write: (text: string) => void
  #text = ''
  #scheduled = false

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  add(line: string): void {
    this.#text += `${line}\n`
    if (this.#text.length >= WRITE_CHARACTERS) this.flush()
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.flush()
    })
  }

  flush(): void {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    this.#write(text)
  }
}

const WRITE_CHARACTERS = 64 * 1_024
