import type { Catalog } from '../../main/index.ts'
import { openStoreReader, OctopusError } from '../../main/light.ts'
import { RowNames } from '../task-file/row-names.ts'
import { isFault, type Fault } from '../task-file/row-text.ts'
import type { TaskFile } from '../task-file/task-file.ts'
import type { RowOptions } from './options.ts'
import type { RowGraph } from './row-graph.ts'
import { readRows } from './selected-rows.ts'

/** How the rows of a file hang together, once that is known to make sense. */
export interface CheckedGraph {
  /** Rows of this file that others wait for. */
  readonly rows: ReadonlySet<string>
  readonly levels: ReadonlyMap<string, number>
}

/**
 * Whoever is waited for is a row that is to run, or a task in the store; and nobody waits for themselves.
 * @returns the faults, if there are any
 */
export async function checkGraph(
  graph: RowGraph,
  names: RowNames,
  file: TaskFile,
  catalog: Catalog,
  options: RowOptions,
): Promise<CheckedGraph | readonly Fault[]> {
  const rows = await awaitedRows(graph, file, catalog, options)
  const others = [...graph.parents].filter((parent) => names.line(parent) === undefined)
  const stored = await storedTasks(others, catalog.storePath)
  const faults = graph.faults((parent) => {
    const line = names.line(parent)
    if (rows.has(parent) || (line === undefined && stored.has(parent))) return undefined
    if (line === undefined)
      return `there is no task '${parent}' to wait for: not in this file, and not in the store`
    return `the row '${parent}' it waits for (line ${line}) is not to run: it is invalid, or filtered out`
  })
  const levels = graph.levels()
  if (isFault(levels)) faults.push(levels)
  return faults.length > 0 || isFault(levels) ? faults : { rows, levels }
}

async function awaitedRows(
  graph: RowGraph,
  file: TaskFile,
  catalog: Catalog,
  options: RowOptions,
): Promise<ReadonlySet<string>> {
  const awaited = new Set<string>()
  for await (const { rows } of readRows(file, catalog, options, new RowNames()))
    for (const { name } of rows) if (graph.parents.has(name)) awaited.add(name)
  return awaited
}

/** Ids that are asked for at once. */
const IDS_MAX = 500

async function storedTasks(
  ids: readonly string[],
  storePath: string | undefined,
): Promise<ReadonlySet<string>> {
  const stored = new Set<string>()
  if (ids.length === 0 || storePath === undefined) return stored
  const reader = await openStoreReader(storePath).catch(nothingYet)
  if (reader === undefined) return stored
  try {
    for (let at = 0; at < ids.length; at += IDS_MAX) {
      const { tasks } = await reader.list({ ids: ids.slice(at, at + IDS_MAX), limit: IDS_MAX })
      for (const { id } of tasks) stored.add(id)
    }
  } finally {
    reader.close()
  }
  return stored
}

function nothingYet(error: unknown): undefined {
  if (error instanceof OctopusError && error.code === 'E_NO_STORE') return undefined
  throw error
}
