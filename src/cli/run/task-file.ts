import { createHash } from 'node:crypto'
import { mkdtemp, open, realpath, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OctopusError } from '../../main/index.ts'
import { arrayElements, JsonFault } from './json-text.ts'

/** The text of one row and where it begins. */
export interface RowText {
  readonly text: string
  /** From 1. */
  readonly line: number
  /** Of the first character, from 1. */
  readonly column: number
}

/** A place in the file where something is wrong. */
export interface Fault {
  readonly line: number
  readonly column: number
  readonly message: string
}

const CHUNK_BYTES = 256 * 1024
/** The largest payload is 64 MiB; a longer line is no task. */
const LINE_BYTES_MAX = 80 * 1024 * 1024
/** An array is read as a whole. */
const ARRAY_BYTES_MAX = 256 * 1024 * 1024

/**
 * A file of tasks, read from its beginning as often as wanted through one open handle: a file that is replaced meanwhile
 * stays the one that was checked. One JSON object a line; or one JSON array.
 */
export class TaskFile implements AsyncDisposable {
  /** As the person named it; `-` is stdin. */
  readonly name: string
  /** What identifies it from run to run. */
  readonly path: string
  readonly #file: FileHandle

  private constructor(name: string, path: string, file: FileHandle) {
    this.name = name
    this.path = path
    this.#file = file
  }

  /** @throws OctopusError E_TASK_FILE */
  static async open(name: string): Promise<TaskFile> {
    if (name === '-') return new TaskFile(name, name, await spool(process.stdin))
    try {
      const file = await open(name, 'r')
      if ((await file.stat()).isFile()) return new TaskFile(name, await realpath(name), file)
      // A pipe or a <(substitution) can be read only once, as stdin.
      const spooled = await spool(file.createReadStream())
      return new TaskFile(name, '-', spooled)
    } catch (error) {
      if (error instanceof OctopusError) throw error
      throw new OctopusError('E_TASK_FILE', `${name}: cannot be read (${codeOf(error)})`, {
        hint: "Name a file of tasks, or '-' for stdin.",
        cause: error,
      })
    }
  }

  /** Chunks of rows; empty lines are no rows. A place that cannot be read is a fault among them. */
  async *rows(): AsyncGenerator<readonly (RowText | Fault)[]> {
    if (await this.#isArray()) yield* this.#elements()
    else yield* this.#lines()
  }

  /** What its bytes are, as a short text. */
  async fingerprint(): Promise<string> {
    const hash = createHash('sha256')
    for await (const chunk of this.#chunks()) hash.update(chunk)
    return hash.digest('base64url')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close()
  }

  async *#lines(): AsyncGenerator<readonly (RowText | Fault)[]> {
    let line = 1
    let rest: Buffer[] = []
    let restBytes = 0
    for await (const chunk of this.#chunks()) {
      const end = chunk.lastIndexOf(NEWLINE) + 1
      if (end === 0) {
        restBytes += chunk.length
        if (restBytes > LINE_BYTES_MAX) throw this.#tooLong(line)
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

  async *#elements(): AsyncGenerator<readonly (RowText | Fault)[]> {
    if ((await this.#file.stat()).size > ARRAY_BYTES_MAX) throw this.#tooLong(1)
    const chunks: Buffer[] = []
    for await (const chunk of this.#chunks()) chunks.push(chunk)
    yield* elementsIn(Buffer.concat(chunks).toString('utf8'))
  }

  async #isArray(): Promise<boolean> {
    for await (const chunk of this.#chunks()) {
      const first = /[^\s\ufeff]/.exec(chunk.toString('utf8'))
      if (first !== null) return first[0] === '['
    }
    return false
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    let position = 0
    for (;;) {
      const { bytesRead, buffer } = await this.#file.read({
        buffer: Buffer.allocUnsafe(CHUNK_BYTES),
        position,
      })
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  #tooLong(line: number): OctopusError {
    return new OctopusError('E_TASK_FILE', `${this.name}:${line}: this is too long to be a task`, {
      hint: 'Write one JSON object a line; large data belongs in files that payloads name.',
    })
  }
}

export function changedFile({ name }: TaskFile): OctopusError {
  return new OctopusError('E_TASK_FILE', `${name} was changed while it was read`, {
    hint: 'Rows that were accepted are in the store. Run the file as it is now: --resume, or --fresh.',
  })
}

const NEWLINE = 10

// Whole lines, decoded together; only where that fails, one by one.
function rowsIn(
  bytes: Buffer,
  firstLine: number,
): { readonly rows: (RowText | Fault)[]; readonly nextLine: number } {
  const texts = decode(bytes)?.split('\n') ?? splitBytes(bytes).map(decode)
  const rows: (RowText | Fault)[] = []
  for (const [at, raw] of texts.entries()) {
    const line = firstLine + at
    if (raw === undefined) rows.push({ line, column: 1, message: 'this is not UTF-8' })
    else pushRow(rows, line === 1 && raw.startsWith('\ufeff') ? raw.slice(1) : raw, line)
  }
  return { rows, nextLine: firstLine + texts.length - 1 }
}

function pushRow(rows: (RowText | Fault)[], raw: string, line: number): void {
  const text = raw.trim()
  if (text !== '') rows.push({ text, line, column: raw.indexOf(text) + 1 })
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function splitBytes(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return [...lines, bytes.subarray(start)]
}

const ELEMENTS_PER_CHUNK = 1_000

function* elementsIn(text: string): Generator<readonly (RowText | Fault)[]> {
  const place = new Place(text)
  let rows: (RowText | Fault)[] = []
  try {
    for (const { start, end } of arrayElements(text, text.indexOf('['))) {
      rows.push({ text: text.slice(start, end), ...place.of(start) })
      if (rows.length < ELEMENTS_PER_CHUNK) continue
      yield rows
      rows = []
    }
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    rows.push({ ...place.of(error.offset), message: error.message })
  }
  yield rows
}

/** Line and column of offsets that only grow. */
class Place {
  readonly #text: string
  #line = 1
  #lineStart = 0

  constructor(text: string) {
    this.#text = text
  }

  of(offset: number): { readonly line: number; readonly column: number } {
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

/** Where an offset inside a row's text lies in the file. */
export function placeIn(
  row: RowText,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = row.text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  if (lastBreak === -1) return { line: row.line, column: row.column + offset }
  return { line: row.line + before.split('\n').length - 1, column: offset - lastBreak }
}

/** Keeps a stream that can be read only once in a file nobody else can open; the file goes with its handle. */
async function spool(from: AsyncIterable<unknown>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'octopus-stdin-'))
  const path = join(folder, 'stdin')
  const file = await open(path, 'wx+', 0o600)
  await rm(folder, { recursive: true })
  for await (const chunk of from) await file.write(toBytes(chunk))
  return file
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
