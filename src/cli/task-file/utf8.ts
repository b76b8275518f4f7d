import type { Fault } from './row-text.ts'

const NEWLINE = 10

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of bytes, or undefined when they are not UTF-8. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** The lines of bytes, each decoded on its own only where they cannot be decoded together. */
export function decodedLines(bytes: Buffer): (string | undefined)[] {
  return decode(bytes)?.split('\n') ?? splitBytes(bytes).map(decode)
}

/** A whole file's text without its byte order mark, or the first line that is not UTF-8. */
export function decodedFile(bytes: Buffer): string | Fault {
  const text = decode(bytes)
  if (text !== undefined) return text.startsWith('\ufeff') ? text.slice(1) : text
  const line = splitBytes(bytes).findIndex((each) => decode(each) === undefined) + 1
  return { line, column: 1, message: NOT_UTF8 }
}

export const NOT_UTF8 = 'this is not UTF-8'

function splitBytes(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return [...lines, bytes.subarray(start)]
}
