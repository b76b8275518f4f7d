import type { Fault, RowText } from './row-text.ts'
import { decodedLines, NOT_UTF8 } from './utf8.ts'

/** The largest payload is 64 MiB; a longer line is no task. */
const LINE_BYTES_MAX = 80 * 1024 * 1024
const NEWLINE = 10

/**
 * One JSON object a line, in chunks as they are read: a file of any length takes no more memory than its longest line.
 * Empty lines are no rows.
 * @param tooLong the error for a line that is no task
 */
export async function* ndjsonRows(
  chunks: AsyncIterable<Buffer>,
  tooLong: (line: number) => Error,
): AsyncGenerator<readonly (RowText | Fault)[]> {
  let line = 1
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      restBytes += chunk.length
      if (restBytes > LINE_BYTES_MAX) throw tooLong(line)
      rest.push(chunk)
      continue
    }
    const rows = rowsIn(Buffer.concat([...rest, chunk.subarray(0, end)]), line)
    yield rows.rows
    line = rows.nextLine
    rest = [chunk.subarray(end)]
    restBytes = chunk.length - end
  }
  yield rowsIn(Buffer.concat(rest), line).rows
}

// Whole lines, decoded together; only where that fails, one by one.
function rowsIn(
  bytes: Buffer,
  firstLine: number,
): { readonly rows: (RowText | Fault)[]; readonly nextLine: number } {
  const texts = decodedLines(bytes)
  const rows: (RowText | Fault)[] = []
  for (const [at, raw] of texts.entries()) {
    const line = firstLine + at
    if (raw === undefined) rows.push({ line, column: 1, message: NOT_UTF8 })
    else pushRow(rows, line === 1 && raw.startsWith('\ufeff') ? raw.slice(1) : raw, line)
  }
  return { rows, nextLine: firstLine + texts.length - 1 }
}

function pushRow(rows: (RowText | Fault)[], raw: string, line: number): void {
  const text = raw.trim()
  if (text !== '') rows.push({ text, line, column: raw.indexOf(text) + 1 })
}
