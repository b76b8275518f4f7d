import type { FoundFunction, Catalog, Mapped } from '../../main/index.ts'
import { readEnvironment } from '../environment.ts'
import { LineFile } from '../line-file.ts'
import type { Output } from '../output.ts'
import { Reporting } from '../run/reporting.ts'
import type { Stop } from '../run/stop.ts'
import type { WhichRun } from '../run/which-run.ts'
import type { MapFlags } from './flags.ts'
import { KnownContents } from './known-contents.ts'
import { nothingWritten, writtenResults, type WrittenResults } from './result-file.ts'
import { resultLine } from './result-lines.ts'
import { ResultSink } from './result-sink.ts'
import type { TakenInput } from './taken-inputs.ts'

export interface MapOutputsOptions {
  readonly flags: MapFlags
  readonly output: Output
  /** `thumbs.ts#resize` */
  readonly name: string
  readonly catalog: Catalog
  readonly found: FoundFunction
  readonly which: WhichRun
  readonly stop: Stop
}

/** Where a map's results, progress and memory go. A disk that is full stops the map, and nothing is told twice. */
export class MapOutputs {
  readonly written: WrittenResults
  readonly known: KnownContents | undefined
  readonly reporting: Reporting
  readonly #run: string
  readonly #asEvents: boolean
  readonly #file: LineFile | undefined
  readonly #sink: ResultSink

  private constructor(
    options: MapOutputsOptions,
    written: WrittenResults,
    known: KnownContents | undefined,
  ) {
    const { flags, output, which } = options
    this.written = written
    this.known = known
    this.#run = which.record.run
    this.#asEvents = flags.json === true
    this.#file = openFile(options)
    this.reporting = newReporting(options)
    const file = this.#file
    this.#sink = new ResultSink((text) =>
      file === undefined ? output.result(text) : file.write(text),
    )
  }

  /** @throws OctopusError E_USAGE for a file that cannot be written, or is another run's */
  static async open(options: MapOutputsOptions): Promise<MapOutputs> {
    const { flags, catalog, found, which, stop } = options
    const { run } = which.record
    const written =
      flags.output === undefined || !which.resumed
        ? nothingWritten()
        : await writtenResults(flags.output, run)
    const known =
      flags.onlyChanged === true
        ? await KnownContents.open({
            ...found,
            storePath: catalog.storePath,
            run,
            mayNote: () => stop.error === undefined,
          })
        : undefined
    return new MapOutputs(options, written, known)
  }

  result(mapped: Mapped<unknown, unknown>, { index, name }: TakenInput): void {
    const run = this.#run
    this.#sink.add(
      resultLine(mapped, { index, id: `${run}/${name}` }, this.#asEvents ? run : undefined),
    )
  }

  /** Everything is written, in the order in which it must be found again. */
  close(): void {
    this.reporting.end()
    this.#sink.flush()
    this.#file?.sync()
    this.#file?.close()
    this.known?.close()
  }
}

function openFile({ flags, which, stop }: MapOutputsOptions): LineFile | undefined {
  if (flags.output === undefined) return undefined
  const failed = (error: Error): void => stop.fail('output failed', error)
  return new LineFile(flags.output, { flag: '-o', append: which.resumed, failed })
}

function newReporting({ flags, output, name, which, stop }: MapOutputsOptions): Reporting {
  const { json: _json, ...telling } = flags
  return new Reporting({
    run: which.record.run,
    resumed: which.resumed,
    file: 'input',
    flags: telling,
    commandOf: ({ row }) => `${name} ${row}`,
    output,
    stop,
    environment: readEnvironment(),
  })
}
