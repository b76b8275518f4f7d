import { createHash } from 'node:crypto'
import { mkdtemp, open, realpath, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OctopusError } from '../../main/light.ts'
import { formatOfName, formatOfText, type FileFormat } from './file-format.ts'
import { jsonRows } from './json-rows.ts'
import { ndjsonRows } from './ndjson-rows.ts'
import type { Fault, RowText } from './row-text.ts'
import { decodedFile } from './utf8.ts'
import { loadYaml } from './yaml-package.ts'
import { yamlRows } from './yaml-rows.ts'

const CHUNK_BYTES = 256 * 1024
/** What is read as a whole is bounded: one JSON value, and YAML, which takes some thirty times its size in memory. */
const WHOLE_BYTES_MAX = { json: 256 * 1024 * 1024, yaml: 16 * 1024 * 1024 }

/**
 * A file of tasks, read from its beginning as often as wanted through one open handle: a file that is replaced meanwhile
 * stays the one that was checked. Lines are streamed; a JSON value and YAML are read as a whole.
 */
export class TaskFile implements AsyncDisposable {
  /** As the person named it; `-` is stdin. */
  readonly name: string
  /** What identifies it from run to run. */
  readonly path: string
  readonly #file: FileHandle
  readonly #format: FileFormat | undefined

  private constructor(name: string, path: string, file: FileHandle, format?: FileFormat) {
    this.name = name
    this.path = path
    this.#file = file
    this.#format = format ?? formatOfName(name)
  }

  /**
   * @param format how it is written; else its ending says so, or its first character
   * @throws OctopusError E_TASK_FILE
   */
  static async open(name: string, format?: FileFormat): Promise<TaskFile> {
    if (name === '-') return new TaskFile(name, name, await spool(process.stdin), format)
    try {
      const file = await open(name, 'r')
      if ((await file.stat()).isFile())
        return new TaskFile(name, await realpath(name), file, format)
      // A pipe or a <(substitution) can be read only once, as stdin.
      const spooled = await spool(file.createReadStream())
      return new TaskFile(name, '-', spooled, format)
    } catch (error) {
      if (error instanceof OctopusError) throw error
      throw new OctopusError('E_TASK_FILE', `${name}: cannot be read (${codeOf(error)})`, {
        hint: "Name a file of tasks, or '-' for stdin.",
        cause: error,
      })
    }
  }

  /**
   * Chunks of rows. A place that cannot be read is a fault among them.
   * @throws OctopusError E_TASK_FILE for what is too large, E_MISSING_DEP for YAML without its package
   */
  async *rows(): AsyncGenerator<readonly (RowText | Fault)[]> {
    const format = this.#format ?? (await this.#sniffed())
    if (format === 'ndjson') yield* ndjsonRows(this.#chunks(), (line) => this.#tooLong(line))
    else yield* this.#whole(format)
  }

  async *#whole(format: 'json' | 'yaml'): AsyncGenerator<readonly (RowText | Fault)[]> {
    const text = await this.#text(WHOLE_BYTES_MAX[format])
    if (typeof text !== 'string') yield [text]
    else if (format === 'json') yield* jsonRows(text)
    else yield yamlRows(text, await loadYaml(this.name))
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

  async #text(bytesMax: number): Promise<string | Fault> {
    if ((await this.#file.stat()).size > bytesMax) throw this.#tooLarge(bytesMax)
    const chunks: Buffer[] = []
    for await (const chunk of this.#chunks()) chunks.push(chunk)
    return decodedFile(Buffer.concat(chunks))
  }

  async #sniffed(): Promise<FileFormat> {
    for await (const chunk of this.#chunks()) {
      const text = chunk.toString('utf8')
      if (/[^\s\ufeff]/.test(text)) return formatOfText(text)
    }
    return 'ndjson'
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

  #tooLarge(bytesMax: number): OctopusError {
    const limit = `${bytesMax / 1024 / 1024} MiB`
    return new OctopusError(
      'E_TASK_FILE',
      `${this.name} is over ${limit}, too large for its format`,
      {
        hint: 'Write one JSON object a line (.ndjson): such a file may be of any length.',
      },
    )
  }
}

export function changedFile({ name }: TaskFile): OctopusError {
  return new OctopusError('E_TASK_FILE', `${name} was changed while it was read`, {
    hint: 'Rows that were accepted are in the store. Run the file as it is now: --resume, or --fresh.',
  })
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
