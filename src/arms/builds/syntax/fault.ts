/** What is wrong with a text, and where. */
export interface Fault {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 code units, as editors do. */
  readonly column: number
  readonly message: string
}

export function faultAt(text: string, offset: number, message: string): Fault {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1, message }
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
