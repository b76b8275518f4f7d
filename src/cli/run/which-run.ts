import { OctopusError } from '../../main/index.ts'
import type { RowOptions, RunStart } from './options.ts'
import type { RunRecord, RunRecords } from './run-record.ts'

/** The run that a command means. */
export interface WhichRun {
  readonly record: RunRecord
  /** It was begun before. */
  readonly resumed: boolean
  /** Only rows that failed in this run belong to it. */
  readonly retries: string | undefined
  /** This run's remaining tasks are cancelled first. */
  readonly abandon: RunRecord | undefined
}

export interface RunRequest {
  readonly start: RunStart
  /** What the file is called in messages. */
  readonly name: string
  readonly file: string
  readonly fingerprint: string
  readonly rows: number
  readonly options: RowOptions
  readonly wallMs: number
}

/**
 * Decides between a new run and the one before. Nothing is changed by deciding.
 * @throws OctopusError E_USAGE when the wish does not fit what is there
 */
export async function whichRun(records: RunRecords, request: RunRequest): Promise<WhichRun> {
  const { start, name } = request
  const last = await records.last(request.file, request.fingerprint)
  const unfinished = last !== undefined && last.finished === undefined
  if (start.resume) return resumed(last, name)
  if (unfinished && !start.fresh) throw isUnfinished(last, name)
  if (start.onlyFailed && last === undefined) throw noRun(name, 'whose failed rows could run again')
  const retries = start.onlyFailed ? last?.run : undefined
  const record = await newRecord(records, request, retries)
  return { record, resumed: false, retries, abandon: unfinished ? last : undefined }
}

function resumed(last: RunRecord | undefined, name: string): WhichRun {
  if (last === undefined) throw noRun(name, 'to go on with')
  if (last.finished !== undefined)
    throw new OctopusError('E_USAGE', `the last run of ${name} is finished (${last.finished})`, {
      hint: 'Run without --resume, or --only-failed for the rows that failed.',
    })
  return { record: last, resumed: true, retries: last.retries, abandon: undefined }
}

async function newRecord(
  records: RunRecords,
  request: RunRequest,
  retries: string | undefined,
): Promise<RunRecord> {
  const { file, fingerprint, rows, options, wallMs } = request
  return {
    v: 1,
    run: await records.newName(wallMs),
    file,
    fingerprint,
    rows,
    options,
    ...(retries === undefined ? {} : { retries }),
    started: new Date(wallMs).toISOString(),
  }
}

/**
 * The options a resumed run was begun with. Rows in the store have them already, so others would be half true.
 * @throws OctopusError E_USAGE when others were given
 */
export function resumedOptions(record: RunRecord, given: RowOptions): RowOptions {
  const { options } = record
  const differs = Object.entries(given).some(
    ([key, value]) =>
      !isNothing(value) && JSON.stringify(value) !== JSON.stringify(field(options, key)),
  )
  if (!differs) return options
  throw new OctopusError('E_USAGE', '--resume goes on with the options the run was begun with', {
    hint: `They were ${JSON.stringify(options)}: leave --arm, --type, --attempts, --retries, --timeout and --skip-invalid away.`,
  })
}

function field(options: RowOptions, key: string): unknown {
  return Object.entries(options).find(([name]) => name === key)?.[1]
}

function isNothing(value: unknown): boolean {
  return value === false || (Array.isArray(value) && value.length === 0)
}

function isUnfinished({ run, started }: RunRecord, name: string): OctopusError {
  return new OctopusError('E_USAGE', `a run of ${name} is not finished: ${run}, begun ${started}`, {
    hint: '--resume goes on with it; --fresh cancels what is left of it and begins anew.',
  })
}

function noRun(name: string, what: string): OctopusError {
  return new OctopusError('E_USAGE', `there is no run of ${name} ${what}`, {
    hint: 'Runs are remembered beside their store: is it the same --store?',
  })
}
