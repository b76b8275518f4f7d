import type { ArmId, Catalog } from '../../main/index.ts'
import type { Output } from '../output.ts'
import type { RowOptions } from './options.ts'
import { FaultTeller } from '../task-file/fault-teller.ts'
import { RowNames } from '../task-file/row-names.ts'
import { readRows } from './selected-rows.ts'
import type { TaskFile } from '../task-file/task-file.ts'

/** What a whole file holds, known before any of it runs. */
export interface CheckedFile {
  readonly fingerprint: string
  readonly selected: number
  readonly filtered: number
  readonly invalid: number
  readonly byType: ReadonlyMap<string, { readonly arm: ArmId; readonly type: string; rows: number }>
}

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
  const counts = { selected: 0, filtered: 0 }
  const teller = new FaultTeller(file.name, output)
  for await (const { rows, filtered, faults } of readRows(file, catalog, options, new RowNames())) {
    for (const { arm, spec } of rows) tally(byType, arm, spec.type)
    teller.tell(faults)
    counts.selected += rows.length
    counts.filtered += filtered
  }
  teller.end()
  if (teller.told > 0 && !options.skipInvalid)
    throw teller.refusal(
      'nothing was run',
      'Correct the file, or leave such rows out with --skip-invalid.',
    )
  return { fingerprint: await file.fingerprint(), byType, invalid: teller.told, ...counts }
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
