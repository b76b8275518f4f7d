import { OctopusError, type ArmId, type Catalog } from '../../main/index.ts'
import type { Output } from '../output.ts'
import type { RowOptions } from './options.ts'
import { checkGraph, type CheckedGraph } from './check-graph.ts'
import { RowGraph } from './row-graph.ts'
import { FaultTeller } from '../task-file/fault-teller.ts'
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
  /** Undefined when no row waits for another. */
  readonly graph: CheckedGraph | undefined
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
  const names = new RowNames()
  const graph = new RowGraph()
  for await (const { rows, filtered, faults } of readRows(file, catalog, options, names)) {
    for (const row of rows) {
      tally(byType, row.arm, row.spec.type)
      graph.add(row)
    }
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
  const checked = graph.isEmpty ? undefined : await checkGraph(graph, names, file, catalog, options)
  if (isFaults(checked)) throw wrongGraph(file, checked, output)
  const fingerprint = await file.fingerprint()
  return { fingerprint, byType, graph: checked, invalid: teller.told, ...counts }
}

function isFaults(graph: CheckedGraph | readonly Fault[] | undefined): graph is readonly Fault[] {
  return Array.isArray(graph)
}

function wrongGraph({ name }: TaskFile, faults: readonly Fault[], output: Output): OctopusError {
  const teller = new FaultTeller(name, output)
  teller.tell(faults)
  teller.end()
  return new OctopusError(
    'E_TASK_FILE',
    `${name} has rows that wait for what cannot come (${faults.length}); nothing was run`,
    { hint: "Correct 'after' in these rows: it names ids of this file, or of tasks in the store." },
  )
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
