import {
  OctopusError,
  type ArmId,
  type Catalog,
  type CheckedTask,
  type TaskSpec,
} from '../../main/index.ts'
import type { RowOptions } from './options.ts'
import { faultOf, fieldFault, fieldPlace, parseRow, type Row } from '../task-file/row.ts'
import type { RowNames } from '../task-file/row-names.ts'
import { isFault, type Fault, type Place, type RowText } from '../task-file/row-text.ts'
import type { TaskFile } from '../task-file/task-file.ts'

/** A row that is to run. */
export interface SelectedRow {
  /** Its name inside the run. */
  readonly name: string
  readonly spec: TaskSpec
  /** Where it will run, or the first of several. */
  readonly arm: ArmId
  readonly line: number
  /** Where the row says for whom it waits. */
  readonly afterAt?: Place
}

/** What reading a chunk of the file gave: rows to run, rows the filters leave out, and faults. */
export interface ReadChunk {
  readonly rows: SelectedRow[]
  readonly filtered: number
  readonly faults: readonly Fault[]
}

/** Reads the file from its beginning; every row is checked as the engine would check it, those left out too. */
export async function* readRows(
  file: TaskFile,
  catalog: Catalog,
  options: RowOptions,
  names: RowNames,
): AsyncGenerator<ReadChunk> {
  for await (const texts of file.rows()) {
    const chunk = { rows: new Array<SelectedRow>(), filtered: 0, faults: new Array<Fault>() }
    for (const text of texts) {
      const read = isFault(text) ? text : await readRow(text, catalog, options, names)
      if (read === 'filtered') chunk.filtered += 1
      else if (isFault(read)) chunk.faults.push(read)
      else chunk.rows.push(read)
    }
    yield chunk
  }
}

async function readRow(
  text: RowText,
  catalog: Catalog,
  options: RowOptions,
  names: RowNames,
): Promise<SelectedRow | 'filtered' | Fault> {
  const row = parseRow(text)
  if (isFault(row)) return row
  const named = names.name(row, text.line)
  if ('takenAt' in named)
    return fieldFault(
      text,
      'id',
      `the id '${row.spec.id ?? ''}' was used before, in line ${named.takenAt}`,
    )
  const checked = await check(text, row, catalog, named.name)
  if (isFault(checked)) return checked
  const arm = selectArm(checked, options)
  if (arm === undefined) return 'filtered'
  return {
    name: named.name,
    spec: withRules(row.spec, checked, arm, options),
    arm,
    line: text.line,
    ...(row.spec.after === undefined ? {} : { afterAt: fieldPlace(text, 'after') }),
  }
}

/** The longest name of a run and the slash before a row's own: ids are checked as long as they will be. */
const RUN_PREFIX = '00000000-000000-00/'

async function check(
  text: RowText,
  { spec }: Row,
  catalog: Catalog,
  name: string,
): Promise<CheckedTask | Fault> {
  try {
    return await catalog.check({ ...spec, id: RUN_PREFIX + name })
  } catch (error) {
    if (error instanceof OctopusError) return faultOf(text, error)
    throw error
  }
}

/** The arm that the row counts for; undefined when the filters leave it out. */
function selectArm({ type, arms }: CheckedTask, options: RowOptions): ArmId | undefined {
  if (options.types.length > 0 && !options.types.includes(type)) return undefined
  if (options.arms.length === 0) return arms[0]
  return arms.find((arm) => options.arms.includes(arm))
}

function withRules(
  spec: TaskSpec,
  { arms }: CheckedTask,
  arm: ArmId,
  options: RowOptions,
): TaskSpec {
  const { attempts = options.attempts, timeout = options.timeout } = spec
  const onParentFailure = spec.after === undefined ? undefined : options.onParentFailure
  return {
    ...(onParentFailure === undefined ? {} : { onParentFailure }),
    ...spec,
    ...(attempts === undefined ? {} : { attempts }),
    ...(timeout === undefined ? {} : { timeout }),
    // Chosen by --arm among several that serve the type: then it runs there and nowhere else.
    ...(options.arms.length > 0 && arms.length > 1 ? { arm } : {}),
  }
}
