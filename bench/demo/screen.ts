import { styleText } from 'node:util'

/** What of a terminal is written to. */
export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const REDRAWN_EVERY_MS = 80
const BAR_COLUMNS = 24

/** Lines that stay and, on a terminal only, one line of progress beneath them. */
export class Screen {
  readonly #output: Output
  #drawnAt = -Infinity
  #drawn = false

  constructor(output: Output) {
    this.#output = output
  }

  say(...lines: readonly string[]): void {
    this.clear()
    for (const line of lines) this.#output.write(`${line}\n`)
  }

  progress(what: string, done: number, total: number): void {
    const now = performance.now()
    if (this.#output.isTTY !== true || now - this.#drawnAt < REDRAWN_EVERY_MS) return
    this.#drawnAt = now
    this.#drawn = true
    const filled = Math.round((BAR_COLUMNS * done) / Math.max(1, total))
    const bar = '━'.repeat(filled) + styleText('dim', '─'.repeat(BAR_COLUMNS - filled))
    const share = `${String(Math.floor((100 * done) / Math.max(1, total))).padStart(3)} %`
    this.#output.write(`\r\u001b[2K${''.padEnd(11)}${bar} ${share}  ${styleText('dim', what)}`)
  }

  clear(): void {
    if (this.#drawn) this.#output.write('\r\u001b[2K')
    this.#drawn = false
    this.#drawnAt = -Infinity
  }
}
