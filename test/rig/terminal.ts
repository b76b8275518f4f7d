/**
 * What is on a terminal after these bytes: as much of an xterm as a program needs that draws lines over again. Unknown
 * sequences throw, so that nothing is taken for drawn that was not understood.
 */
export class Terminal {
  readonly #columns: number
  readonly #lines: string[][] = [[]]
  #row = 0
  #column = 0
  #wraps = true
  /** Rows that go on with the line above. */
  readonly #wrapped = new Set<number>()
  cursorShown = true

  constructor(columns: number) {
    this.#columns = columns
  }

  /** Everything that was ever on it, the scrolled away included; lines that it broke are whole. */
  get text(): string {
    const text = this.#lines.map(
      (cells, row) => (this.#wrapped.has(row) ? '' : '\n') + cells.join(''),
    )
    return text.join('').replaceAll(/ +$/gm, '').trim()
  }

  /** In its ordinary state: the cursor is seen, at the start of a line, and long lines wrap. */
  get isSane(): boolean {
    return this.cursorShown && this.#wraps && this.#column === 0
  }

  write(text: string): void {
    for (const [token] of text.matchAll(TOKEN)) {
      if (token === '\r') this.#column = 0
      else if (token === '\n') this.#down()
      else if (token === '\u0007') continue
      else if (token.startsWith(ESC)) this.#control(token)
      else this.#put(token)
    }
  }

  #put(character: string): void {
    if (this.#column >= this.#columns) {
      if (!this.#wraps) this.#column = this.#columns - 1
      else {
        this.#column = 0
        this.#down()
        this.#wrapped.add(this.#row)
      }
    }
    const line = this.#line()
    while (line.length < this.#column) line.push(' ')
    line[this.#column] = character
    this.#column += 1
  }

  #down(): void {
    this.#row += 1
    this.#line()
  }

  #line(): string[] {
    while (this.#lines.length <= this.#row) this.#lines.push([])
    return this.#lines[this.#row] ?? []
  }

  #control(sequence: string): void {
    const [, number, letter] = /\[\??(\d*(?:;\d+)*)([A-Za-z])$/.exec(sequence) ?? []
    const set = letter === 'h'
    if (letter === 'm') return
    if (letter === 'A') this.#row = Math.max(0, this.#row - Number(number || 1))
    else if (letter === 'K') this.#line().splice(this.#column)
    else if (letter === 'J') {
      this.#line().splice(this.#column)
      this.#lines.splice(this.#row + 1)
    } else if (number === '25' && (set || letter === 'l')) this.cursorShown = set
    else if (number === '7' && (set || letter === 'l')) this.#wraps = set
    else throw new Error(`an unknown control sequence: ${JSON.stringify(sequence)}`)
  }
}

const ESC = '\u001b'
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const TOKEN = /\u001b\[[?\d;]*[A-Za-z]|[^]/gu
