import { stripVTControlCharacters } from 'node:util'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

/** The terminal that a screen draws on. */
export interface Terminal {
  readonly columns: number
  readonly rows: number
  write(text: string): void
}

/**
 * A few lines at the bottom of a terminal that are drawn over again, with what was said before scrolling away above.
 *
 * Each frame is one write that hides the cursor, draws, and shows it again. Between two frames the terminal is in its
 * ordinary state with the cursor below the last line, so there is nothing to restore however the process ends.
 */
export class Screen {
  readonly #terminal: Terminal
  #drawn: readonly string[] = []

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** Replaces the lines. A terminal with fewer rows shows the last of them. */
  draw(lines: readonly string[]): void {
    this.#frame('', lines)
  }

  /** Writes whole lines of text above those that are drawn. */
  say(text: string): void {
    this.#frame(text, this.#drawn)
  }

  /** Takes the lines away. */
  clear(): void {
    this.#frame('', [])
  }

  #frame(above: string, lines: readonly string[]): void {
    const shown = lines.slice(-Math.max(1, this.#terminal.rows - 1))
    const said = above === '' ? '' : `${CLEAR_BELOW}${WRAP}${above}${NO_WRAP}`
    const drawn = shown.map((line) => `${line}${CLEAR_LINE}\n`).join('')
    this.#terminal.write(
      `${HIDE_CURSOR}${NO_WRAP}${this.#toTop()}${said}${drawn}${CLEAR_BELOW}${WRAP}${SHOW_CURSOR}`,
    )
    this.#drawn = shown
  }

  // A terminal that became narrower has broken the drawn lines into several.
  #toTop(): string {
    const { columns, rows } = this.#terminal
    const height = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)),
      0,
    )
    return height === 0 ? '\r' : `\r\u001b[${Math.min(height, rows - 1)}A`
  }
}

// What is drawn here is made of single-width characters.
function widthOf(line: string): number {
  return stripVTControlCharacters(line).length
}
