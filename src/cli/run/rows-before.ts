import { OctopusError, type ArmId, type Octopus, type TaskState } from '../../main/index.ts'
import { RowMarks } from './row-marks.ts'
import type { SelectedRow } from './selected-rows.ts'
import type { WhichRun } from './which-run.ts'

/** What earlier runs mean for this one, known before anything of it starts. */
export interface RowsBefore {
  /** Rows that do not run now: over already, or not among those to repeat. */
  readonly leftOut: RowMarks
  /** Rows that will end in this run, by arm. */
  readonly expected: ReadonlyMap<ArmId, number>
  readonly doneBefore: number
  readonly failedBefore: number
  /** Rows of this run that wait in the store already. */
  readonly waiting: number
  /** Rows that others wait for and that do not belong to this run: their ids in the store. */
  readonly elsewhere: ReadonlyMap<string, string>
}

/** Ids that are asked for at once. */
const IDS_MAX = 500

/** Of a new run: all that the file holds is still to do. */
export function nothingBefore(
  types: Iterable<{ readonly arm: ArmId; readonly rows: number }>,
): RowsBefore {
  const expected = new Map<ArmId, number>()
  for (const { arm, rows } of types) expected.set(arm, (expected.get(arm) ?? 0) + rows)
  return {
    leftOut: new RowMarks(),
    expected,
    doneBefore: 0,
    failedBefore: 0,
    waiting: 0,
    elsewhere: new Map(),
  }
}

/** Looks up what the store knows of each row. */
export async function rowsBefore(
  octopus: Octopus,
  chunks: AsyncIterable<{ readonly rows: readonly SelectedRow[] }>,
  { record, resumed, retries }: WhichRun,
  dependencies: Dependencies | undefined,
): Promise<RowsBefore> {
  const leftOut = new RowMarks()
  const expected = new Map<ArmId, number>()
  const counts = { doneBefore: 0, failedBefore: 0, waiting: 0 }
  const apart = new Set<string>()
  const awaited = new Set<string>()
  let index = 0
  for await (const rows of inParts(chunks)) {
    const names = rows.map(({ name }) => name)
    const repeated = retries === undefined ? undefined : await statesOf(octopus, retries, names)
    const states = resumed ? await statesOf(octopus, record.run, names) : NO_STATES
    for (const { name, arm, spec } of rows) {
      const state = states.get(name)
      const belongs = repeated === undefined || isRepeated(repeated.get(name), dependencies)
      if (belongs) for (const parent of spec.after ?? []) awaited.add(parent)
      else if (dependencies?.rows.has(name) === true) apart.add(name)
      if (!belongs || isOver(state)) leftOut.set(index)
      else expected.set(arm, (expected.get(arm) ?? 0) + 1)
      if (belongs) count(counts, state)
      index += 1
    }
  }
  const elsewhere = await idsIn(octopus, dependencies?.runs ?? [], apart.intersection(awaited))
  return { leftOut, expected, elsewhere, ...counts }
}

/** What a file whose rows wait for each other adds to the question. */
export interface Dependencies {
  /** Rows that others wait for. */
  readonly rows: ReadonlySet<string>
  /** The run whose failed rows are repeated, and those before it, the newest first. */
  readonly runs: readonly string[]
}

// A row that was skipped is repeated together with the one it waited for: both did not succeed.
function isRepeated(state: TaskState | undefined, dependencies: Dependencies | undefined): boolean {
  return state === 'failed' || (state === 'cancelled' && dependencies !== undefined)
}

/**
 * The newest task of each of these rows.
 * @throws OctopusError E_USAGE for a row that none of the runs had
 */
async function idsIn(
  octopus: Octopus,
  runs: readonly string[],
  rows: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const names = [...rows]
  for (const run of runs)
    for (let at = 0; at < names.length; at += IDS_MAX) {
      const states = await statesOf(octopus, run, names.slice(at, at + IDS_MAX))
      for (const name of states.keys()) if (!found.has(name)) found.set(name, `${run}/${name}`)
    }
  const missing = names.find((name) => !found.has(name))
  if (missing === undefined) return found
  throw new OctopusError('E_USAGE', `a row waits for '${missing}', which has not run before`, {
    hint: 'Run the file without --only-failed.',
  })
}

const NO_STATES: ReadonlyMap<string, TaskState> = new Map()

function isOver(state: TaskState | undefined): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

function count(
  counts: { doneBefore: number; failedBefore: number; waiting: number },
  state: TaskState | undefined,
): void {
  if (state === 'succeeded') counts.doneBefore += 1
  else if (state === 'failed' || state === 'cancelled') counts.failedBefore += 1
  else if (state !== undefined) counts.waiting += 1
}

async function statesOf(
  octopus: Octopus,
  run: string,
  names: readonly string[],
): Promise<Map<string, TaskState>> {
  const { tasks } = await octopus.list({
    ids: names.map((name) => `${run}/${name}`),
    limit: 1_000,
  })
  return new Map(tasks.map(({ id, state }) => [id.slice(run.length + 1), state]))
}

async function* inParts(
  chunks: AsyncIterable<{ readonly rows: readonly SelectedRow[] }>,
): AsyncGenerator<readonly SelectedRow[]> {
  for await (const { rows } of chunks)
    for (let at = 0; at < rows.length; at += IDS_MAX) yield rows.slice(at, at + IDS_MAX)
}

/** Cancels what waits of a run that is given up. */
export async function cancelRest(octopus: Octopus, run: string): Promise<number> {
  let cancelled = 0
  let after: number | undefined
  do {
    const page = await octopus.list({
      states: ['blocked', 'ready', 'scheduled', 'unserved'],
      limit: 1_000,
      ...(after === undefined ? {} : { after }),
    })
    const results = await Promise.all(
      page.tasks.filter(({ id }) => id.startsWith(`${run}/`)).map(({ id }) => octopus.cancel(id)),
    )
    cancelled += results.filter((result) => result === 'removed').length
    after = page.next
  } while (after !== undefined)
  return cancelled
}
