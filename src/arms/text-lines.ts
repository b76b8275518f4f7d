import type { Breathe } from './pace.ts'
import { CHUNK_BYTES, fill, type OpenFile } from './read-file.ts'
import { TaskError } from './task-errors.ts'

export interface Line {
  /** Without its line ending. */
  readonly text: string
  /** Where the next line begins, in bytes from the start of the file. */
  readonly end: number
}

/** A longer line is most likely no text at all. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024

const NEWLINE = 10

/** The lines of a UTF-8 file from a byte offset on, with the offset behind each: what a checkpoint needs. */
export async function* linesFrom(
  file: OpenFile,
  offset: number,
  breathe: Breathe,
): AsyncGenerator<Line> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  let at = offset
  let rest: Buffer = Buffer.alloc(0)
  for (let readTo = offset; ;) {
    await breathe()
    const bytes = fill(file.fd, buffer, readTo)
    readTo += bytes
    const text = Buffer.concat([rest, buffer.subarray(0, bytes)])
    let start = 0
    for (
      let newline = text.indexOf(NEWLINE);
      newline !== -1;
      newline = text.indexOf(NEWLINE, start)
    ) {
      yield { text: decode(text.subarray(start, newline)), end: (at += newline + 1 - start) }
      start = newline + 1
    }
    rest = text.subarray(start)
    refuseEndless(rest, file.path, at)
    if (bytes < buffer.length) break
  }
  if (rest.length > 0) yield { text: decode(rest), end: at + rest.length }
}

function decode(line: Buffer): string {
  const text = line.toString()
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function refuseEndless(line: Buffer, path: string, at: number): void {
  if (line.length <= LINE_BYTES_MAX) return
  throw new TaskError(
    'E_PRECONDITION',
    `${path} holds a line of more than ${LINE_BYTES_MAX} bytes at byte ${at}`,
  )
}
