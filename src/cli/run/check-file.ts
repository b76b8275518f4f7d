import { OctopusError, type ArmId, type Catalog } from '../../main/index.ts'
import { counted } from '../format.ts'
import type { Output } from '../output.ts'
import type { RowOptions } from './options.ts'
import { RowNames } from '../task-file/row-names.ts'
import { readRows } from './selected-rows.ts'
import type { Fault } from '../task-file/row-text.ts'
import type { TaskFile } from '../task-file/task-file.ts'

/** What a whole file holds, known before any of it runs. */
export interface CheckedFile {
  readonly fingerprint: string
  readonly selected: number
  readonly filtered: number
  readonly invalid: number
  readonly byType: ReadonlyMap<string, { readonly arm: ArmId; readonly type: string; rows: number }>
}

const FAULTS_SHOWN = 20

/**
 * Reads the whole file once. Faults are told as they are found, the first of them.
 * @throws OctopusError E_TASK_FILE when a row is invalid and invalid rows are not to be left out
 */
export async function checkFile(
  file: TaskFile,
  catalog: Catalog,
  options: RowOptions,
  output: Output,
): Promise<CheckedFile> {
  const byType = new Map<string, { readonly arm: ArmId; readonly type: string; rows: number }>()
  const counts = { selected: 0, filtered: 0, invalid: 0 }
  for await (const { rows, filtered, faults } of readRows(file, catalog, options, new RowNames())) {
    for (const { arm, spec } of rows) tally(byType, arm, spec.type)
    tell(faults.slice(0, Math.max(0, FAULTS_SHOWN - counts.invalid)), file, output)
    counts.selected += rows.length
    counts.filtered += filtered
    counts.invalid += faults.length
  }
  const hidden = counts.invalid - FAULTS_SHOWN
  if (hidden > 0) output.message(`  and ${counted(hidden, 'more invalid row')}\n`)
  if (counts.invalid > 0 && !options.skipInvalid) throw invalidFile(file, counts.invalid)
  return { fingerprint: await file.fingerprint(), byType, ...counts }
}

function tally(
  byType: Map<string, { readonly arm: ArmId; readonly type: string; rows: number }>,
  arm: ArmId,
  type: string,
): void {
  const key = `${arm} ${type}`
  const known = byType.get(key)
  if (known === undefined) byType.set(key, { arm, type, rows: 1 })
  else known.rows += 1
}

function tell(faults: readonly Fault[], file: TaskFile, output: Output): void {
  for (const { line, column, message } of faults)
    output.message(`${output.paintMessage('red', `${file.name}:${line}:${column}`)}  ${message}\n`)
}

function invalidFile({ name }: TaskFile, invalid: number): OctopusError {
  return new OctopusError(
    'E_TASK_FILE',
    `${name} has ${counted(invalid, 'invalid row')}; nothing was run`,
    {
      hint: 'Correct the file, or leave such rows out with --skip-invalid.',
    },
  )
}
