import { hash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OctopusError } from '../../main/index.ts'
import { LineFile } from '../line-file.ts'
import { contentDigest } from './content-digest.ts'
import { moduleDigest } from './module-digest.ts'
import { ResultSink } from './result-sink.ts'
import { separated } from './separated.ts'

interface Known {
  readonly digest: string
  readonly run: string
}

export interface KnownContentsOptions {
  readonly storePath: string | undefined
  /** A `file:` URL. */
  readonly module: string
  readonly exportName: string
  readonly run: string
  /** Asked before anything is noted: what could not be put out must run again. */
  readonly mayNote: () => boolean
}

/**
 * Which inputs have succeeded, and what they and the module were then: `<folder of the store>/map/<function>.txt`. An
 * input is noted after its result was written, so that whoever dies between the two runs it once more.
 */
export class KnownContents {
  readonly #known: Map<string, Known>
  readonly #module: string
  readonly #run: string
  readonly #file: LineFile
  readonly #sink: ResultSink

  private constructor(
    known: Map<string, Known>,
    module: string,
    file: LineFile,
    { run, mayNote }: KnownContentsOptions,
  ) {
    this.#known = known
    this.#module = module
    this.#run = run
    this.#file = file
    this.#sink = new ResultSink((text) => {
      if (mayNote()) file.write(text)
    })
  }

  /** @throws OctopusError E_USAGE for a store in memory */
  static async open(options: KnownContentsOptions): Promise<KnownContents> {
    const { storePath, module, exportName } = options
    if (storePath === undefined)
      throw new OctopusError('E_USAGE', 'a store in memory remembers no inputs', {
        hint: 'Leave --only-changed away, or name a file with --store.',
      })
    const folder = join(dirname(storePath), 'map')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, `${hash('sha256', `${module}#${exportName}`).slice(0, 24)}.txt`)
    const known = await readKnown(path)
    await rewrite(path, known)
    const digest = await moduleDigest(module)
    // That something will run again is no reason to stop what runs now.
    const file = new LineFile(path, {
      flag: '--only-changed',
      append: true,
      failed: () => undefined,
    })
    return new KnownContents(known, digest, file, options)
  }

  /** Undefined for an input that succeeded, as it is now, in another run; otherwise what to note of it. */
  async digestIfChanged(label: string, input: unknown): Promise<string | undefined> {
    const digest = digestOf(this.#module, await contentDigest(input))
    const known = this.#known.get(keyOf(label))
    // A run that is resumed gives its own results again.
    return known?.digest === digest && known.run !== this.#run ? undefined : digest
  }

  succeeded(label: string, digest: string): void {
    this.#sink.add(lineOf(keyOf(label), { digest, run: this.#run }))
  }

  close(): void {
    this.#sink.flush()
    this.#file.close()
  }
}

function digestOf(module: string, content: string): string {
  return hash('sha256', `${module} ${content}`, 'base64url').slice(0, 27)
}

function keyOf(label: string): string {
  return hash('sha256', label, 'base64url').slice(0, 22)
}

/** Ends every line: one that was torn has none. */
const WHOLE = '.'

function lineOf(key: string, { digest, run }: Known): string {
  return `${key} ${digest} ${run} ${WHOLE}`
}

async function readKnown(path: string): Promise<Map<string, Known>> {
  const known = new Map<string, Known>()
  if (!existsSync(path)) return known
  for await (const line of separated(createReadStream(path), '\n')) {
    const [key = '', digest = '', run = '', end] = line.split(' ')
    if (end === WHOLE) known.set(key, { digest, run })
  }
  return known
}

// Each input once, and no torn line in the way of the next.
async function rewrite(path: string, known: ReadonlyMap<string, Known>): Promise<void> {
  const lines = [...known].map(([key, entry]) => `${lineOf(key, entry)}\n`)
  await writeFile(`${path}.new`, lines, { mode: 0o600 })
  await rename(`${path}.new`, path).catch(async (error: unknown) => {
    await rm(`${path}.new`, { force: true })
    throw error
  })
}
