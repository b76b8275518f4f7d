import { OctopusError } from '../../main/index.ts'
import type { RowOptions } from '../run/options.ts'
import type { RunRecord, RunRecords } from '../run/run-record.ts'
import type { WhichRun } from '../run/which-run.ts'

export interface MapRequest {
  readonly resume: boolean
  readonly fresh: boolean
  /** What the function is called in messages. */
  readonly name: string
  /** What identifies the function from run to run. */
  readonly key: string
  /** Of the words that name the inputs. */
  readonly fingerprint: string
  readonly options: RowOptions
  readonly wallMs: number
}

/**
 * Decides between a new map and the one before. An input is known by its content: a map can be resumed with other
 * words for its inputs, what ended is found all the same.
 * @throws OctopusError E_USAGE when the wish does not fit what is there
 */
export async function whichMap(records: RunRecords, request: MapRequest): Promise<WhichRun> {
  const { resume, fresh, key, fingerprint, name } = request
  const unfinished = (record: RunRecord): boolean =>
    record.file === key && record.finished === undefined
  const same = await records.lastWhere(
    (record) => unfinished(record) && record.fingerprint === fingerprint,
  )
  if (resume) {
    const record = same ?? (await records.lastWhere(unfinished))
    if (record === undefined) throw nothingLeft(name)
    return { record, resumed: true, retries: undefined, abandon: undefined }
  }
  if (same !== undefined && !fresh) throw isUnfinished(same, name)
  const record = await newRecord(records, request)
  return { record, resumed: false, retries: undefined, abandon: same }
}

async function newRecord(
  records: RunRecords,
  { key, fingerprint, options, wallMs }: MapRequest,
): Promise<RunRecord> {
  const run = await records.newName(wallMs)
  const started = new Date(wallMs).toISOString()
  return { v: 1, run, file: key, fingerprint, rows: 0, options, started }
}

function isUnfinished({ run, started }: RunRecord, name: string): OctopusError {
  return new OctopusError(
    'E_USAGE',
    `a map of ${name} over these inputs is not finished: ${run}, begun ${started}`,
    { hint: '--resume goes on with it; --fresh cancels what is left of it and begins anew.' },
  )
}

function nothingLeft(name: string): OctopusError {
  return new OctopusError('E_USAGE', `there is no unfinished map of ${name}`, {
    hint: 'Run without --resume. Maps are remembered beside their store: is it the same --store?',
  })
}
