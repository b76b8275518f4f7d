import type { TaskId } from '../../protocol/task.ts'
import type { AcceptRow, AcceptVerdict, SettleRow } from './journal.ts'
import type { NewTask, Settlement } from './store.ts'

/** Settlements as a journal takes them. `number` gives the tasks that a success brings along their rows. */
export function settleRows(
  batch: readonly Settlement[],
  number: (tasks: readonly NewTask[]) => readonly AcceptRow[],
): readonly SettleRow[] {
  if (batch.every(({ enqueues }) => enqueues === undefined)) return batch
  return batch.map((settlement) => {
    const { enqueues } = settlement
    return enqueues === undefined ? settlement : { ...settlement, accepts: number(enqueues) }
  })
}

/** What became of the tasks that settlements brought along. */
export interface Brought {
  /** Rows of settlements that were written, with their verdicts. */
  readonly rows: readonly AcceptRow[]
  readonly verdicts: readonly AcceptVerdict[] | undefined
  /** The id in conflict, by the seq of the settlement that was refused for it. */
  readonly refused: ReadonlyMap<number, TaskId>
}

export function broughtAlong(
  settlements: readonly SettleRow[],
  verdicts: readonly AcceptVerdict[] | undefined,
): Brought {
  const all = settlements.flatMap(({ accepts = [] }) => accepts)
  if (verdicts === undefined) return { rows: all, verdicts, refused: NONE }
  const rows: AcceptRow[] = []
  const kept: AcceptVerdict[] = []
  const refused = new Map<number, TaskId>()
  let first = 0
  for (const { seq, accepts = [] } of settlements) {
    const own = verdicts.slice(first, first + accepts.length)
    first += accepts.length
    const taken = accepts[own.findIndex(({ kind }) => kind === 'conflict')]?.id
    if (taken !== undefined) refused.set(seq, taken)
    else {
      rows.push(...accepts)
      kept.push(...own)
    }
  }
  return { rows, verdicts: kept, refused }
}

const NONE: ReadonlyMap<number, TaskId> = new Map()
