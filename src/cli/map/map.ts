import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { cwd } from 'node:process'
import { fileURLToPath } from 'node:url'
import {
  Catalog,
  Octopus,
  OctopusError,
  parseDuration,
  systemClock,
  type FoundFunction,
} from '../../main/index.ts'
import { closeEngine } from '../close-engine.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { messageColumns, type Output } from '../output.ts'
import { exitCodeOf } from '../run/exit-code.ts'
import { cancelRest } from '../run/rows-before.ts'
import { RunRecords } from '../run/run-record.ts'
import type { SessionEnd } from '../run/session.ts'
import { Stop } from '../run/stop.ts'
import { summarise, type RunSummary } from '../run/summary.ts'
import { summaryText } from '../run/summary-text.ts'
import { resumedOptions, type WhichRun } from '../run/which-run.ts'
import type { MapFlags } from './flags.ts'
import { readInputs, type Inputs } from './inputs.ts'
import { mapEngineOptions, mapRules } from './map-options.ts'
import { MapOutputs } from './map-outputs.ts'
import { MapSession } from './map-session.ts'
import { mapHead, mapPlan, resumeCommand } from './map-text.ts'
import { whichMap } from './which-map.ts'

/** A map with everything that is settled before the engine opens. */
interface MapJob {
  readonly module: string
  readonly words: readonly string[]
  readonly flags: MapFlags
  readonly output: Output
  /** `thumbs.ts#resize` */
  readonly name: string
  readonly catalog: Catalog
  readonly found: FoundFunction
  readonly inputs: Inputs
  readonly records: RunRecords
  readonly deadlineMs: number | undefined
}

/** `octopus map`: find the function, find the inputs, then run one through the other. */
export async function map(
  module: string,
  words: readonly string[],
  flags: MapFlags,
  output: Output,
): Promise<ExitCode> {
  mapRules(flags)
  const deadlineMs =
    flags.deadline === undefined ? undefined : parseDuration(flags.deadline, '--deadline')
  const catalog = await Catalog.load(await mapEngineOptions(flags, cwd()))
  const records = new RunRecords(catalog.storePath)
  refuseWishes(flags, records)
  // Its module loads in a thread of its own while the inputs are looked for.
  const finding = catalog.addFunction(module)
  finding.catch(() => undefined)
  const inputs = await readInputs(words, flags)
  const found = await finding
  const name = `${basename(fileURLToPath(found.module))}#${found.exportName}`
  const job = { module, words, flags, output, name, catalog, found, inputs, records, deadlineMs }
  return flags.dryRun === true ? tellPlan(job) : runJob(job)
}

function refuseWishes({ resume, fresh, onlyChanged }: MapFlags, records: RunRecords): void {
  if (resume === true && fresh === true)
    throw new OctopusError('E_USAGE', '--resume and --fresh exclude each other', {
      hint: 'See octopus map --help.',
    })
  if (records.kept || (resume !== true && fresh !== true && onlyChanged !== true)) return
  throw new OctopusError('E_USAGE', 'a store in memory remembers no maps', {
    hint: 'Leave --resume, --fresh and --only-changed away, or name a file with --store.',
  })
}

async function tellPlan(job: MapJob): Promise<ExitCode> {
  const { name, found, inputs, flags, output } = job
  await chooseMap(job)
  let read = inputs.count ?? 0
  if (inputs.count === undefined) for await (const _ of inputs.values) read += 1
  output.result(mapPlan(name, read, found, flags.json === true))
  return EXIT.ok
}

async function runJob(job: MapJob): Promise<ExitCode> {
  const stop = new Stop()
  const octopus = await Octopus.open(job.catalog)
  const release = stop.guard()
  try {
    return await runOpened(job, octopus, stop)
  } finally {
    await closeEngine(octopus, stop.isForced)
    release()
  }
}

async function runOpened(job: MapJob, octopus: Octopus, stop: Stop): Promise<ExitCode> {
  const { output, name, catalog, found, inputs, records } = job
  const which = await begin(job, octopus)
  const outputs = await MapOutputs.open({ ...job, which, stop })
  const session = newSession(job, octopus, which, outputs, stop)
  const { written } = outputs
  const paint = output.paintMessage
  const head = mapHead({ name, found, catalog, inputs, which, written: written.count, paint })
  outputs.reporting.begin(head, session)
  const end = await session.run().finally(() => outputs.close())
  if (end.left === 0 && stop.error === undefined)
    await records.save({ ...which.record, finished: new Date(systemClock.wallMs()).toISOString() })
  const summary = summaryOf(job, which, session, end)
  await report(job, summary)
  if (stop.error !== undefined) throw stop.error
  return summary.exitCode
}

/** Enough that no thread waits while a flush of the store is under way; a text each. */
const WINDOW = 4_096

function newSession(
  job: MapJob,
  octopus: Octopus,
  which: WhichRun,
  outputs: MapOutputs,
  stop: Stop,
): MapSession {
  const { found, inputs, flags, records, deadlineMs } = job
  const { written, known, reporting } = outputs
  return new MapSession({
    octopus,
    found,
    inputs,
    rules: { ...rulesOf(which), ordered: flags.keepOrder === true, window: WINDOW },
    run: which.record.run,
    written,
    known,
    stop,
    deadlineMs,
    failFast: flags.failFast === true,
    onEnd: (end) => reporting.ended(end),
    onResult: (mapped, input) => outputs.result(mapped, input),
    onStopping: (reason, running) => reporting.stopping(reason, running, records.kept),
  })
}

/** The record of the map is on disk before any of its tasks is. */
async function begin(job: MapJob, octopus: Octopus): Promise<WhichRun> {
  const { records, output } = job
  const which = await chooseMap(job)
  const { abandon, record, resumed } = which
  if (abandon !== undefined) {
    const cancelled = await cancelRest(octopus, abandon.run)
    const finished = new Date(systemClock.wallMs()).toISOString()
    await records.save({ ...abandon, abandoned: true, finished })
    output.message(`run ${abandon.run} given up: ${cancelled} of its tasks cancelled\n`)
  }
  if (!resumed) await records.save(record)
  return which
}

async function chooseMap({ flags, name, found, inputs, records }: MapJob): Promise<WhichRun> {
  const options = mapRules(flags)
  const which = await whichMap(records, {
    resume: flags.resume === true,
    fresh: flags.fresh === true,
    name,
    key: `map ${fileURLToPath(found.module)}#${found.exportName}`,
    fingerprint: inputs.fingerprint,
    options,
    wallMs: systemClock.wallMs(),
  })
  if (which.resumed) resumedOptions(which.record, options)
  return which
}

function rulesOf({ record }: WhichRun): { readonly attempts?: number; readonly timeout?: string } {
  const { attempts, timeout } = record.options
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(timeout === undefined ? {} : { timeout }),
  }
}

function summaryOf(
  { catalog, name, flags }: MapJob,
  { record, resumed }: WhichRun,
  { tally, before, unchanged }: MapSession,
  end: SessionEnd,
): RunSummary {
  const failed = tally.sum('failed') + tally.sum('cancelled') + before.failedBefore
  return summarise({
    run: record.run,
    map: name,
    file: 'input',
    resumed,
    exitCode: exitCodeOf(end, failed),
    end,
    tally,
    before,
    invalid: 0,
    filtered: 0,
    ...(flags.onlyChanged === true ? { unchanged } : {}),
    catalog,
  })
}

async function report(
  { module, words, flags, output, records }: MapJob,
  summary: RunSummary,
): Promise<void> {
  const again =
    records.kept && summary.left > 0 ? [` go on:  ${resumeCommand(module, words, flags)}`] : []
  output.message(summaryText(summary, again, messageColumns(), output.paintMessage))
  if (flags.json === true) output.result(`${JSON.stringify(summary)}\n`)
  if (flags.summary !== undefined)
    await writeFile(flags.summary, `${JSON.stringify(summary, undefined, 1)}\n`)
}
