import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OctopusError } from '../../main/index.ts'
import type { RowOptions } from './options.ts'

/** One run of one file, as it is remembered beside the store. */
export interface RunRecord {
  readonly v: 1
  /** Its name; the ids of its tasks are `<run>/<row>`. */
  readonly run: string
  /** The real path, or `-` for stdin. */
  readonly file: string
  readonly fingerprint: string
  readonly rows: number
  readonly options: RowOptions
  /** The run whose failed rows these are. */
  readonly retries?: string
  /** ISO 8601. */
  readonly started: string
  /** Absent while rows of it are not over. */
  readonly finished?: string
  /** Its remaining tasks were cancelled for the sake of a fresh run. */
  readonly abandoned?: true
}

/** The runs of one store: `<folder of the store>/runs/<run>.json`, for the owner's eyes. One in memory keeps none. */
export class RunRecords {
  readonly #folder: string | undefined

  constructor(storePath: string | undefined) {
    this.#folder = storePath === undefined ? undefined : join(dirname(storePath), 'runs')
  }

  /** Can a later process go on with a run? */
  get kept(): boolean {
    return this.#folder !== undefined
  }

  /** The latest run of the file; of stdin, the latest of the same content. */
  async last(file: string, fingerprint: string): Promise<RunRecord | undefined> {
    return this.lastWhere(
      (record) => record.file === file && (file !== '-' || record.fingerprint === fingerprint),
    )
  }

  async lastWhere(matches: (record: RunRecord) => boolean): Promise<RunRecord | undefined> {
    for (const run of (await this.#runs()).sort(byNumber).reverse()) {
      const record = await this.#read(run)
      if (matches(record)) return record
    }
    return undefined
  }

  /** The run, the one whose failed rows it repeated, and so on: the newest first. */
  async chain(run: string): Promise<readonly string[]> {
    const { retries } = await this.#read(run)
    return retries === undefined ? [run] : [run, ...(await this.chain(retries))]
  }

  /** A name that no run has yet: when it began (UTC), and a number from the second of that second on. */
  async newName(wallMs: number): Promise<string> {
    const base = new Date(wallMs)
      .toISOString()
      .replaceAll(/[-:]/g, '')
      .replace('T', '-')
      .slice(0, 15)
    const taken = new Set(await this.#runs())
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}-${number}`
      if (!taken.has(name)) return name
    }
  }

  /** Resolves once the record is on disk, whole. */
  async save(record: RunRecord): Promise<void> {
    if (this.#folder === undefined) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, `${record.run}.json`)
    const file = await open(`${path}.new`, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(record, undefined, 1)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
    await syncFolder(this.#folder)
  }

  async #runs(): Promise<string[]> {
    if (this.#folder === undefined) return []
    try {
      const names = await readdir(this.#folder)
      return names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  }

  async #read(run: string): Promise<RunRecord> {
    const path = join(this.#folder ?? '', `${run}.json`)
    const value = parsed(await readFile(path, 'utf8'))
    if (isRecord(value)) return value
    throw new OctopusError('E_STORE_CORRUPT', `${path} is no record of a run`, {
      hint: 'Move the file away. Its run cannot be resumed then; tasks of it in the store are not lost.',
    })
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; there the rename is what there is.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isRecord(value: unknown): value is RunRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'v' in value &&
    value.v === 1 &&
    ['run', 'file', 'fingerprint', 'options', 'started'].every((key) => key in value)
  )
}

// …-2 before …-10.
const byNumber = new Intl.Collator('en', { numeric: true }).compare
