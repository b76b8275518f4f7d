import { styleText, stripVTControlCharacters } from 'node:util'
import { readEnvironment } from './environment.ts'

type Format = Parameters<typeof styleText>[0]

/** Text with a colour where colours are wanted. */
export type Paint = (format: Format, text: string) => string

/** The two streams of a command: results go to stdout, everything else to stderr. */
export interface Output {
  /** Writes to stdout; once its reader has gone, does nothing. */
  result(text: string): void
  /** Writes to stderr; once its reader has gone, does nothing. */
  message(text: string): void
  /** Tells on stderr what is wrong with a command line, and what to do. */
  usageError(what: string, hint: string): void
  readonly paintResult: Paint
  readonly paintMessage: Paint
  /** Width of the terminal behind stdout; 80 where there is none. */
  readonly columns: number
  /** Called once when stdout's reader has gone (a closed pipe); with an error when stdout cannot be written (a full disk). */
  onResultsUnread(unread: (error: Error | undefined) => void): void
  /** Why not all of the results were written, once that is so. A reader that has gone is no reason. */
  readonly lost: Error | undefined
  /** Resolves when all that was written has left the process. */
  flushed(): Promise<void>
}

/** The only place that writes to the process's own streams. */
export function openOutput({ colours }: { readonly colours: boolean }): Output {
  const out = guarded(process.stdout)
  const err = guarded(process.stderr)
  const paintMessage = colours ? painter(process.stderr) : plain
  return {
    result: (text) => out.write(text),
    message: (text) => err.write(text),
    usageError: (what, hint) =>
      err.write(`${paintMessage('red', '✖')} E_USAGE: ${what}\n  ${hint}\n`),
    paintResult: colours ? painter(process.stdout) : plain,
    paintMessage,
    columns: process.stdout.isTTY ? process.stdout.columns : 80,
    onResultsUnread: (unread) => out.onClosed(unread),
    get lost() {
      return out.lost
    },
    flushed: async () => {
      await Promise.all([out.flushed(), err.flushed()])
    },
  }
}

/**
 * How many columns stdout has: the terminal's, or what COLUMNS says of one behind a pipe. What goes into a file or to
 * another program is never cut.
 */
export function resultColumns(): number {
  const { columns } = process.stdout
  if (process.stdout.isTTY && columns > 0) return columns
  return readEnvironment().columns ?? Infinity
}

/** The same of stderr: the terminal's, or no bound. */
export function messageColumns(): number {
  const columns = messageTerminal()?.columns ?? 0
  return columns > 0 ? columns : Infinity
}

/** The terminal behind stdout, for what is drawn over; undefined when there is none. */
export function resultTerminal(
  output: Output,
): { readonly columns: number; readonly rows: number; write(text: string): void } | undefined {
  const { stdout } = process
  if (!stdout.isTTY) return undefined
  return {
    get columns() {
      return Math.max(1, stdout.columns)
    },
    get rows() {
      return Math.max(2, stdout.rows)
    },
    write: (text) => output.result(text),
  }
}

/** The terminal behind stderr, where progress is drawn; undefined when there is none. */
export function messageTerminal(): NodeJS.WriteStream | undefined {
  return process.stderr.isTTY ? process.stderr : undefined
}

export const plain: Paint = (_format, text) => text

/** Text from tasks, made harmless: it must not move the cursor or set colours. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(HARMFUL, '')
}

// Control characters but tab and newline, and those that turn the direction of what follows.
const HARMFUL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text from tasks for the cell of a table or the middle of a sentence. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim()
}

/** One line of JSON; a terminal that shows it is not moved by what tasks wrote. */
export function jsonLine(value: unknown): string {
  const escape = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value).replaceAll(HARMFUL, escape)}\n`
}

// NO_COLOR, FORCE_COLOR, TERM and whether the stream is a terminal: node:util looks at all of them.
function painter(stream: NodeJS.WriteStream): Paint {
  const coloured = styleText('bold', 'x', { stream }) !== 'x'
  return coloured ? (format, text) => styleText(format, text, { validateStream: false }) : plain
}

interface Guarded {
  write(text: string): void
  onClosed(closed: (error: Error | undefined) => void): void
  readonly lost: Error | undefined
  flushed(): Promise<void>
}

/** A reader that goes away (`| head -1`) is no error of ours: what nobody reads is not written. */
function guarded(stream: NodeJS.WriteStream): Guarded {
  const listeners: ((error: Error | undefined) => void)[] = []
  let closed = false
  let lost: Error | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (closed) return
    closed = true
    if (error.code !== 'EPIPE' && error.code !== 'EIO') lost = error
    for (const listener of listeners) listener(lost)
  })
  return {
    get lost() {
      return lost
    },
    write: (text) => {
      if (!closed) stream.write(text)
    },
    onClosed: (listener) => void listeners.push(listener),
    flushed: () =>
      new Promise((resolve) => {
        if (closed || stream.writableLength === 0) resolve()
        else stream.write('', () => resolve())
      }),
  }
}
