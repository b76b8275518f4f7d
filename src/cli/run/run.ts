import { cwd } from 'node:process'
import { writeFile } from 'node:fs/promises'
import { Catalog, Octopus, OctopusError, parseDuration, systemClock } from '../../main/index.ts'
import { closeEngine } from '../close-engine.ts'
import { readEnvironment } from '../environment.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openWhenFree } from '../open-when-free.ts'
import { messageColumns, resultColumns, type Output } from '../output.ts'
import { checkFile, type CheckedFile } from './check-file.ts'
import { planEvent, planText } from './dry-run.ts'
import { exitCodeOf } from './exit-code.ts'
import { addJobSummary } from './github.ts'
import { headText } from './head-text.ts'
import type { RunFlags } from './flags.ts'
import { nextCommands } from './next-commands.ts'
import { engineOptions, rowOptions, runStart, type RowOptions, type RunStart } from './options.ts'
import { Reporting } from './reporting.ts'
import { RowNames } from '../task-file/row-names.ts'
import {
  cancelRest,
  nothingBefore,
  rowsBefore,
  type Dependencies,
  type RowsBefore,
} from './rows-before.ts'
import type { RootCause } from './root-causes.ts'
import { RunRecords } from './run-record.ts'
import { readRows } from './selected-rows.ts'
import { Session, type SessionEnd } from './session.ts'
import { Stop } from './stop.ts'
import { summarise, type RunSummary } from './summary.ts'
import { summaryText } from './summary-text.ts'
import { TaskFile } from '../task-file/task-file.ts'
import { resumedOptions, whichRun, type WhichRun } from './which-run.ts'

/** A run with everything that is settled before the engine opens. */
interface Job {
  readonly file: TaskFile
  readonly flags: RunFlags
  readonly start: RunStart
  readonly options: RowOptions
  readonly catalog: Catalog
  readonly checked: CheckedFile
  readonly records: RunRecords
  readonly output: Output
}

/** `octopus run`: check the whole file, then run it. */
export async function run(name: string, flags: RunFlags, output: Output): Promise<ExitCode> {
  const start = runStart(flags)
  const given = rowOptions(flags)
  const deadlineMs =
    flags.deadline === undefined ? undefined : parseDuration(flags.deadline, '--deadline')
  const catalog = await Catalog.load(await engineOptions(flags, cwd()))
  const records = new RunRecords(catalog.storePath)
  if (!records.kept) refuseHistory(start)
  await using file = await TaskFile.open(name, flags.format)
  const options = await optionsFor(file, start, given, records)
  const checked = await checkFile(file, catalog, options, output)
  const job: Job = { file, flags, start, options, catalog, checked, records, output }
  return await (flags.dryRun === true ? tellPlan(job) : runJob(job, deadlineMs))
}

function refuseHistory({ resume, onlyFailed, fresh }: RunStart): void {
  if (!resume && !onlyFailed && !fresh) return
  throw new OctopusError('E_USAGE', 'a store in memory remembers no runs', {
    hint: 'Leave --resume, --only-failed and --fresh away, or name a file with --store.',
  })
}

async function optionsFor(
  file: TaskFile,
  start: RunStart,
  given: RowOptions,
  records: RunRecords,
): Promise<RowOptions> {
  if (!start.resume) return given
  const last = await records.last(file.path, await file.fingerprint())
  return last === undefined ? given : resumedOptions(last, given)
}

async function tellPlan(job: Job): Promise<ExitCode> {
  const { file, flags, checked, output } = job
  await chooseRun(job)
  output.result(
    flags.json === true
      ? planEvent(file.name, checked)
      : planText(file.name, checked, output.paintResult),
  )
  return EXIT.ok
}

async function runJob(job: Job, deadlineMs: number | undefined): Promise<ExitCode> {
  const stop = new Stop()
  const octopus = await opened(job)
  const release = stop.guard()
  try {
    return await runOpened(job, octopus, stop, deadlineMs)
  } finally {
    await closeEngine(octopus, stop.isForced)
    release()
  }
}

/** With --wait behind whoever has the store open, however long that is. */
function opened({ catalog, flags, output }: Job): Promise<Octopus> {
  if (flags.wait !== true) return Octopus.open(catalog).catch(refusedBusy)
  return openWhenFree(
    () => Octopus.open(catalog),
    Infinity,
    (text) => output.message(text),
  )
}

/** What a person at a command line can do about it, instead of what a program could. */
function refusedBusy(error: unknown): never {
  if (!(error instanceof OctopusError) || error.code !== 'E_STORE_BUSY') throw error
  throw new OctopusError('E_STORE_BUSY', error.message, {
    hint: 'Queue behind it with --wait, hand it the rows with octopus enqueue -f, or stop that process.',
    cause: error,
  })
}

async function runOpened(
  job: Job,
  octopus: Octopus,
  stop: Stop,
  deadlineMs: number | undefined,
): Promise<ExitCode> {
  const { file, flags, options, catalog, records, output } = job
  const which = await chooseRun(job)
  const before = await begin(job, octopus, which)
  const reporting = new Reporting({
    run: which.record.run,
    resumed: which.resumed,
    file: file.name,
    flags,
    commandOf: ({ trace, row, root }) =>
      `${trace.type} ${row}${root === undefined ? '' : ` (not started: ${root} did not succeed)`}`,
    output,
    stop,
    environment: readEnvironment(),
  })
  const session = new Session({
    octopus,
    file,
    catalog,
    options,
    run: which.record.run,
    before,
    graph: job.checked.graph,
    stop,
    deadlineMs,
    failFast: flags.failFast === true,
    onEnd: (end) => reporting.ended(end),
    onStopping: (reason, running) => reporting.stopping(reason, running, records.kept),
  })
  reporting.begin(
    headText({
      checked: job.checked,
      catalog,
      which,
      before,
      others: othersIn(octopus, before),
      paint: output.paintMessage,
    }),
    session,
  )
  const end = await session.run().finally(() => reporting.end())
  if (end.left === 0)
    await records.save({ ...which.record, finished: new Date(systemClock.wallMs()).toISOString() })
  const rootCauses = await session.rootCauses()
  const summary = summaryOf(job, which, before, session, end, rootCauses)
  await report(job, summary)
  if (stop.error !== undefined) throw stop.error
  return summary.exitCode
}

async function dependenciesOf(
  { graph }: CheckedFile,
  { retries }: WhichRun,
  records: RunRecords,
): Promise<Dependencies | undefined> {
  if (graph === undefined) return undefined
  return { rows: graph.rows, runs: retries === undefined ? [] : await records.chain(retries) }
}

/** The record of the run is on disk before any of its tasks is. */
async function begin(
  { file, options, catalog, checked, records, output }: Job,
  octopus: Octopus,
  which: WhichRun,
): Promise<RowsBefore> {
  const { record, abandon, resumed } = which
  const before =
    resumed || which.retries !== undefined
      ? await rowsBefore(
          octopus,
          readRows(file, catalog, options, new RowNames()),
          which,
          await dependenciesOf(checked, which, records),
        )
      : nothingBefore(checked.byType.values())
  if (abandon !== undefined) {
    const cancelled = await cancelRest(octopus, abandon.run)
    await records.save({
      ...abandon,
      abandoned: true,
      finished: new Date(systemClock.wallMs()).toISOString(),
    })
    output.message(`run ${abandon.run} given up: ${cancelled} of its tasks cancelled\n`)
  }
  if (!resumed) await records.save({ ...record, rows: checked.selected })
  return before
}

/** What waits in the store beside this run's rows: it runs too. */
function othersIn(octopus: Octopus, { waiting }: RowsBefore): number {
  return octopus.status().queuedTasks - waiting
}

function chooseRun({ file, start, options, checked, records }: Job): Promise<WhichRun> {
  const request = {
    start,
    name: file.name,
    file: file.path,
    fingerprint: checked.fingerprint,
    rows: checked.selected,
    options,
    wallMs: systemClock.wallMs(),
  }
  return whichRun(records, request)
}

function summaryOf(
  { file, catalog, checked }: Job,
  which: WhichRun,
  before: RowsBefore,
  session: Session,
  end: SessionEnd,
  rootCauses: readonly RootCause[],
): RunSummary {
  const { tally } = session
  const notSucceeded = tally.sum('failed') + tally.sum('cancelled') + tally.sum('skipped')
  const { invalid, filtered } = checked
  return summarise({
    run: which.record.run,
    file: file.name,
    resumed: which.resumed,
    exitCode: exitCodeOf(end, notSucceeded + before.failedBefore),
    end,
    tally,
    before,
    invalid,
    filtered,
    rootCauses,
    catalog,
  })
}

async function report({ file, flags, records, output }: Job, summary: RunSummary): Promise<void> {
  const text = (width: number, paint: Output['paintResult']): string =>
    summaryText(summary, nextCommands(file.name, flags, summary, records.kept), width, paint)
  if (flags.json === true) output.message(text(messageColumns(), output.paintMessage))
  if (flags.json === true) output.result(`${JSON.stringify(summary)}\n`)
  else output.result(text(resultColumns(), output.paintResult))
  const { jobSummary } = readEnvironment()
  if (jobSummary !== undefined) addJobSummary(jobSummary, summary)
  if (flags.summary !== undefined)
    await writeFile(flags.summary, `${JSON.stringify(summary, undefined, 1)}\n`)
}
