import type { ArmId, Octopus, TaskState } from '../../main/index.ts'
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
}

/** Ids that are asked for at once. */
const IDS_MAX = 500

/** Of a new run: all that the file holds is still to do. */
export function nothingBefore(
  types: Iterable<{ readonly arm: ArmId; readonly rows: number }>,
): RowsBefore {
  const expected = new Map<ArmId, number>()
  for (const { arm, rows } of types) expected.set(arm, (expected.get(arm) ?? 0) + rows)
  return { leftOut: new RowMarks(), expected, doneBefore: 0, failedBefore: 0, waiting: 0 }
}

/** Looks up what the store knows of each row. */
export async function rowsBefore(
  octopus: Octopus,
  chunks: AsyncIterable<{ readonly rows: readonly SelectedRow[] }>,
  { record, resumed, retries }: WhichRun,
): Promise<RowsBefore> {
  const leftOut = new RowMarks()
  const expected = new Map<ArmId, number>()
  const counts = { doneBefore: 0, failedBefore: 0, waiting: 0 }
  let index = 0
  for await (const rows of inParts(chunks)) {
    const repeated = retries === undefined ? undefined : await statesOf(octopus, retries, rows)
    const states = resumed ? await statesOf(octopus, record.run, rows) : NO_STATES
    for (const { name, arm } of rows) {
      const state = states.get(name)
      const belongs = repeated === undefined || repeated.get(name) === 'failed'
      if (!belongs || isOver(state)) leftOut.set(index)
      else expected.set(arm, (expected.get(arm) ?? 0) + 1)
      if (belongs) count(counts, state)
      index += 1
    }
  }
  return { leftOut, expected, ...counts }
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
  rows: readonly SelectedRow[],
): Promise<Map<string, TaskState>> {
  const { tasks } = await octopus.list({
    ids: rows.map(({ name }) => `${run}/${name}`),
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
      states: ['ready', 'scheduled', 'unserved'],
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
