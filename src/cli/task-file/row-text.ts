/** A place in a file, both counted from 1; columns in UTF-16 code units, as editors count. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** One row as JSON text, and where it begins in the file. */
export interface RowText extends Place {
  readonly text: string
  /** Where its keys are, for a row whose text is not what the file says: YAML. */
  readonly places?: ReadonlyMap<string, Place>
}

/** A place in the file where something is wrong. */
export interface Fault extends Place {
  readonly message: string
}

export function isFault(value: object): value is Fault {
  return 'message' in value
}

/** Where an offset inside a row's text lies in the file. */
export function placeIn(row: RowText, offset: number): Place {
  const before = row.text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  if (lastBreak === -1) return { line: row.line, column: row.column + offset }
  return { line: row.line + before.split('\n').length - 1, column: offset - lastBreak }
}

/** Line and column of offsets that only grow. */
export class Places {
  readonly #text: string
  #line = 1
  #lineStart = 0

  constructor(text: string) {
    this.#text = text
  }

  of(offset: number): Place {
    for (
      let end = this.#text.indexOf('\n', this.#lineStart);
      end !== -1 && end < offset;
      end = this.#text.indexOf('\n', this.#lineStart)
    ) {
      this.#line += 1
      this.#lineStart = end + 1
    }
    return { line: this.#line, column: offset - this.#lineStart + 1 }
  }
}
