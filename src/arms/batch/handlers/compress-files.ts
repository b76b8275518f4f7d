import { lstatSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { confineRemoval, confineWrite } from '../../confine.ts'
import { OutputFile } from '../../output-file.ts'
import { breather, stopwatch } from '../../pace.ts'
import { digestOf, openForReading, refuseChanged, type OpenFile } from '../../read-file.ts'
import { hasMagic, selectFiles, type Selected, type SelectedFile } from '../../select-files.ts'
import type { Split } from '../../split.ts'
import { asTaskError, ifExists, isSystemError, withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { TaskError } from '../../task-errors.ts'
import { capped, count } from '../../task-result.ts'
import { isSource, joinRanges, type Range } from '../gzip-ranges.ts'
import { pack, SUFFIX, unpack, type Content, type Pump, type Sink } from '../packing.ts'
import { rangeResults } from '../range-tasks.ts'
import { progressOf, rangeFolder, rangesBySource, splitLarge } from '../split-gzip.ts'
import type { Compress, CompressResult, PackedFile } from '../tasks.ts'
import { removeRangeFolder } from './remove-ranges.ts'

export const run: (payload: Compress, context: TaskContext) => Promise<CompressResult | Split> =
  withTaskErrors(async (payload, context) => {
    const elapsedMs = stopwatch()
    const selected = await select(payload, context)
    const ranges = rangesBySource(rangeResults(context.parts))
    const parts = await splitLarge(payload, selected.files, context, ranges)
    if (parts !== undefined) return parts
    // From here on an attempt may have removed originals, so that a later one may find none and that is well.
    if (!payload.keepOriginal && !payload.dryRun)
      await context.checkpoint({ ...progressOf(context), begun: true })
    const work = new Work(payload, context, selected.bytes, ranges)
    const packed: PackedFile[] = []
    const failures: TaskError[] = []
    for (const file of selected.files) {
      const outcome = await work.file(file)
      if (outcome instanceof TaskError) failures.push(outcome)
      else packed.push(outcome)
    }
    if (failures.length > 0) throw summed(failures, selected.files.length)
    return report(payload, packed, selected, elapsedMs())
  })

async function select(payload: Compress, context: TaskContext): Promise<Selected> {
  const cwd = payload.cwd ?? process.cwd()
  const paths = payload.paths.filter((path) => !isDone(resolve(cwd, path), path, payload))
  const found = await selectFiles(
    { paths, exclude: payload.exclude, cwd },
    context.grants,
    breather(context.signal),
  )
  const files = found.files.filter((file) => isWanted(file, payload))
  const mayBeEmpty = paths.length === 0 || progressOf(context).begun
  if (files.length === 0 && !mayBeEmpty) {
    throw new TaskError(
      'E_PRECONDITION',
      `no file to work on matches ${payload.paths.join(', ')} in ${cwd}`,
    )
  }
  return { ...found, files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) }
}

/** An earlier attempt removed the original: its output stands in its place. */
function isDone(name: string, path: string, payload: Compress): boolean {
  if (payload.keepOriginal || hasMagic(path) || ifExists(() => lstatSync(name)) !== undefined)
    return false
  const output = ifExists(() => outputOf(name, payload))
  return output !== undefined && ifExists(() => lstatSync(output))?.isFile() === true
}

// A glob such as `logs/*` matches its own outputs on the second attempt.
function isWanted(file: SelectedFile, { decompress, algo }: Compress): boolean {
  if (file.named) return true
  if (decompress) return file.path.endsWith(SUFFIX[algo])
  return !Object.values(SUFFIX).some((suffix) => file.path.endsWith(suffix))
}

function outputOf(path: string, { decompress, algo }: Compress): string {
  const suffix = SUFFIX[algo]
  if (!decompress) return path + suffix
  if (path.endsWith(suffix) && path.length > suffix.length) return path.slice(0, -suffix.length)
  throw new TaskError('E_PAYLOAD', `${path} does not end in ${suffix}`)
}

/** Below it a high ratio is no danger. */
const UNPACKED_BYTES_FREE = 16 * 1024 * 1024

class Work {
  readonly #payload: Compress
  readonly #context: TaskContext
  /** Of files that were packed in ranges. */
  readonly #ranges: ReadonlyMap<string, readonly Range[]>
  readonly #pump: Pump
  readonly #quiet: Pump

  constructor(
    payload: Compress,
    context: TaskContext,
    bytesTotal: number,
    ranges: ReadonlyMap<string, readonly Range[]>,
  ) {
    this.#payload = payload
    this.#ranges = ranges
    this.#context = context
    const breathe = breather(context.signal)
    let bytesDone = 0
    const onBytes = (bytes: number): void => context.progress((bytesDone += bytes), bytesTotal)
    this.#pump = { breathe, signal: context.signal, onBytes }
    this.#quiet = { ...this.#pump, onBytes: () => {} }
  }

  /** One bad file does not keep the others from being done; the task fails with what went wrong at its end. */
  async file(file: SelectedFile): Promise<PackedFile | TaskError> {
    try {
      return await this.#process(file)
    } catch (error) {
      this.#context.signal.throwIfAborted()
      if (isSystemError(error)) return asTaskError(error)
      if (error instanceof TaskError) return error
      throw error
    }
  }

  async #process(file: SelectedFile): Promise<PackedFile> {
    if (ifExists(() => lstatSync(file.name))?.isSymbolicLink() === true) {
      throw new TaskError(
        'E_PRECONDITION',
        `${file.name} is a symbolic link; name the file it leads to`,
      )
    }
    const target = confineWrite(this.#context.grants, outputOf(file.path, this.#payload))
    if (!this.#payload.keepOriginal) confineRemoval(this.#context.grants, file.path)
    if (this.#payload.dryRun)
      return {
        path: file.path,
        output: target,
        bytesIn: file.bytes,
        bytesOut: 0,
        outcome: 'planned',
      }
    using input = openForReading(file.path)
    const outcome = (await this.#isPresent(input, target))
      ? 'present'
      : await this.#make(input, target)
    if (!this.#payload.keepOriginal) removeOriginal(input)
    return {
      path: file.path,
      output: target,
      bytesIn: Number(input.stat.size),
      bytesOut: lstatSync(target).size,
      outcome,
    }
  }

  /** Is the output there already, from an earlier attempt or another run? */
  async #isPresent(input: OpenFile, target: string): Promise<boolean> {
    using output = ifExists(() => openForReading(target))
    if (output === undefined) return false
    const same = await this.#holdsTheSame(input, output)
    if (same || this.#payload.overwrite) return same
    throw new TaskError(
      'E_PRECONDITION',
      `${target} is there with other content; remove it or set overwrite`,
    )
  }

  async #holdsTheSame(input: OpenFile, output: OpenFile): Promise<boolean> {
    const [packed, plain] = this.#payload.decompress ? [input, output] : [output, input]
    try {
      const wanted = await digestOf(plain, 'sha256', this.#quiet.breathe)
      return (
        (await this.#unpack(packed, () => {}, Number(plain.stat.size), this.#quiet)).sha256 ===
        wanted
      )
    } catch (error) {
      if (error instanceof TaskError && isUnreadable(error)) return false
      throw error
    }
  }

  async #make(input: OpenFile, target: string): Promise<'made'> {
    const ranges = this.#ranges.get(input.path)
    if (ranges !== undefined) return this.#join(input, target, ranges)
    const { decompress, algo, level } = this.#payload
    using output = new OutputFile(target, this.#context.id, { mode: Number(input.stat.mode) })
    const sink: Sink = (chunk) => output.write(chunk)
    const content = decompress
      ? await this.#unpack(input, sink, this.#bytesMax(input), this.#pump)
      : await pack(input, algo, level, sink, this.#pump)
    refuseChanged(input)
    output.setModified(Number(input.stat.mtimeMs) / 1000)
    output.finish()
    if (this.#payload.verify) await this.#verify(output, content)
    output.commit()
    return 'made'
  }

  async #join(input: OpenFile, target: string, ranges: readonly Range[]): Promise<'made'> {
    const { grants, id } = this.#context
    for (const { stat } of ranges) if (!isSource(input.stat, stat)) throw changed(input)
    using output = new OutputFile(target, id, { mode: Number(input.stat.mode) })
    const sha256 = await joinRanges(ranges, output, this.#pump.breathe)
    this.#pump.onBytes(Number(input.stat.size))
    refuseChanged(input)
    output.setModified(Number(input.stat.mtimeMs) / 1000)
    output.finish()
    if (this.#payload.verify) await this.#verifyJoined(output, sha256)
    output.commit()
    removeRangeFolder(grants, rangeFolder(this.#context, input.path))
    return 'made'
  }

  // Every range was read back and unpacked by its own task; what is left to check is that they are here, in order.
  async #verifyJoined(output: OutputFile, sha256: string): Promise<void> {
    using written = openForReading(output.temporaryPath)
    if ((await digestOf(written, 'sha256', this.#quiet.breathe)) !== sha256) throw unlike(output)
  }

  async #verify(output: OutputFile, content: Content): Promise<void> {
    if ((await this.#readBack(output, content.bytes)) !== content.sha256) throw unlike(output)
  }

  /** Undefined when it is not even a compressed file any more. */
  async #readBack(output: OutputFile, bytesMax: number): Promise<string | undefined> {
    using written = openForReading(output.temporaryPath)
    if (this.#payload.decompress) return await digestOf(written, 'sha256', this.#quiet.breathe)
    try {
      return (await this.#unpack(written, () => {}, bytesMax, this.#quiet)).sha256
    } catch (error) {
      if (error instanceof TaskError && isUnreadable(error)) return undefined
      throw error
    }
  }

  #unpack(packed: OpenFile, sink: Sink, bytesMax: number, pump: Pump): Promise<Content> {
    return unpack(packed, this.#payload.algo, bytesMax, sink, pump)
  }

  #bytesMax(input: OpenFile): number {
    return Math.max(UNPACKED_BYTES_FREE, Number(input.stat.size) * this.#payload.ratioMax)
  }
}

function unlike({ path }: OutputFile): TaskError {
  return new TaskError(
    'E_IO',
    `what was written for ${path} does not read back as it should; look at the disk`,
  )
}

function changed({ path }: OpenFile): TaskError {
  return new TaskError('E_IO', `${path} changed after it was split; it is split anew`)
}

/** Damaged, or unpacking to more than it should. */
function isUnreadable({ code }: TaskError): boolean {
  return code === 'E_CORRUPT' || code === 'E_PRECONDITION'
}

/** Only the very file that was read goes: one that was put in its place, or written to since, stays. */
function removeOriginal(input: OpenFile): void {
  const now = lstatSync(input.path, { bigint: true })
  const { ino, dev, size, mtimeNs } = input.stat
  if (now.ino !== ino || now.dev !== dev || now.size !== size || now.mtimeNs !== mtimeNs) {
    throw new TaskError('E_IO', `${input.path} changed after it was read; it is kept`)
  }
  rmSync(input.path)
}

function summed(failures: readonly TaskError[], total: number): TaskError {
  const first = failures.find((failure) => failure.retryable) ?? failures[0]
  const messages = failures.slice(0, 3).map((failure) => failure.message)
  const text = `${failures.length} of ${count(total, 'file')} failed: ${messages.join('; ')}`
  return new TaskError(first?.code ?? 'E_IO', text, { cause: first })
}

function report(
  payload: Compress,
  packed: readonly PackedFile[],
  { links }: Selected,
  ms: number,
): CompressResult {
  const bytesIn = packed.reduce((sum, file) => sum + file.bytesIn, 0)
  const bytesOut = packed.reduce((sum, file) => sum + file.bytesOut, 0)
  const made = packed.filter((file) => file.outcome === 'made')
  const { kept, omitted } = capped(
    made.map((file) => ({ path: file.output, bytes: file.bytesOut })),
    24_000,
  )
  const verb = `${payload.dryRun ? 'would ' : ''}${payload.decompress ? 'decompress' : 'compress'}${payload.dryRun ? '' : 'ed'}`
  return {
    summary: `${verb} ${count(packed.length, 'file')}: ${bytesIn} to ${bytesOut} bytes`,
    metrics: {
      files: packed.length,
      made: made.length,
      bytesIn,
      bytesOut,
      linksPassedOver: links.length,
      artifactsOmitted: omitted,
      ms,
    },
    artifacts: kept,
    files: capped(packed, 24_000).kept,
  }
}
