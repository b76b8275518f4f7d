import { faultAt, type Fault } from './fault.ts'

/** JSON as RFC 8259 has it. JSON.parse judges; it does not always tell where the fault is, so a scanner looks for it. */
export function jsonFault(text: string): Fault | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    if (text.startsWith('\uFEFF'))
      return faultAt(text, 0, 'JSON must not begin with a byte order mark')
    const { offset, expected } = new Scanner(text).scan()
    return faultAt(text, offset, `expected ${expected}, found ${shown(text, offset)}`)
  }
}

/** One JSON value a line; empty lines are passed over. */
export function jsonLinesFault(text: string): Fault | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const fault = jsonFault(line)
    if (fault !== undefined) return { ...fault, line: index + 1 }
  }
  return undefined
}

function shown(text: string, offset: number): string {
  const character = text.codePointAt(offset)
  return character === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(character))
}

interface Stop {
  readonly offset: number
  readonly expected: string
}

type Expecting = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'the end'

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Walks a text that is no JSON to the first place where it stops being it. No recursion: depth costs no stack. */
class Scanner {
  readonly #text: string
  readonly #closers: ('}' | ']')[] = []
  #at = 0
  #inString = false

  constructor(text: string) {
    this.#text = text
  }

  scan(): Stop {
    for (let expecting: Expecting | undefined = 'value'; expecting !== undefined;) {
      this.#skip(SPACE)
      const next = this.#step(expecting)
      if (next === undefined)
        return {
          offset: this.#at,
          expected: this.#inString ? 'a closing " or a valid character' : expecting,
        }
      expecting = next
    }
    return { offset: this.#text.length, expected: 'JSON' }
  }

  /** Consumes one token; undefined where it is not what was expected, `#at` on the fault. */
  #step(expecting: Expecting): Expecting | undefined {
    const character = this.#text[this.#at]
    const closer = this.#closers.at(-1)
    if (expecting.endsWith(` ${closer}`) && character === closer) return this.#close()
    if (expecting === ':') return character === ':' ? this.#pass('value') : undefined
    if (expecting === ', or ]') return character === ',' ? this.#pass('value') : undefined
    if (expecting === ', or }') return character === ',' ? this.#pass('key') : undefined
    if (expecting === 'key' || expecting === 'key or }') return this.#string() ? ':' : undefined
    return expecting === 'the end' ? undefined : this.#value(character)
  }

  #value(character: string | undefined): Expecting | undefined {
    if (character === '{') return this.#open('}', 'key or }')
    if (character === '[') return this.#open(']', 'value or ]')
    const passed = character === '"' ? this.#string() : this.#skip(NUMBER) || this.#skip(WORD)
    return passed ? this.#afterValue() : undefined
  }

  #string(): boolean {
    if (this.#text[this.#at] !== '"') return false
    this.#inString = true
    this.#at++
    for (;;) {
      const character = this.#text[this.#at]
      if (character === '"') return this.#endString()
      if (character === undefined || character < ' ') return false
      if (character !== '\\') this.#at++
      else if (!this.#skip(ESCAPE)) return false
    }
  }

  #endString(): true {
    this.#inString = false
    return this.#pass(true)
  }

  #open(closer: '}' | ']', next: Expecting): Expecting {
    this.#closers.push(closer)
    return this.#pass(next)
  }

  #close(): Expecting {
    this.#closers.pop()
    return this.#pass(this.#afterValue())
  }

  #afterValue(): Expecting {
    const closer = this.#closers.at(-1)
    return closer === undefined ? 'the end' : `, or ${closer}`
  }

  #pass<T>(next: T): T {
    this.#at++
    return next
  }

  #skip(token: RegExp): boolean {
    token.lastIndex = this.#at
    if (!token.test(this.#text)) return false
    this.#at = token.lastIndex
    return true
  }
}
