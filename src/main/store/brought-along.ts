import type { AcceptRow, AcceptVerdict, SettleRow } from './journal.ts'
import type { NewTask, Refused, Settlement } from './store.ts'

/** Settlements as a journal takes them. `number` gives the tasks that come with an end their rows. */
export function settleRows(
  batch: readonly Settlement[],
  number: (tasks: readonly NewTask[]) => readonly AcceptRow[],
): readonly SettleRow[] {
  if (batch.every(({ enqueues }) => enqueues === undefined)) return batch
  return batch.map((settlement) => {
    const { enqueues, parts = [] } = settlement
    if (enqueues === undefined) return settlement
    const accepts = [...number(enqueues), ...number(parts)]
    return {
      ...settlement,
      accepts,
      partSeqs: accepts.slice(enqueues.length).map(({ seq }) => seq),
    }
  })
}

/** What became of the tasks that settlements brought along. */
export interface Brought {
  /** Rows of settlements that were written, with their verdicts. */
  readonly rows: readonly AcceptRow[]
  readonly verdicts: readonly AcceptVerdict[] | undefined
  /** By the seq of the settlement. */
  readonly refused: ReadonlyMap<number, Refused>
  readonly parts: ReadonlyMap<number, readonly number[]>
}

export function broughtAlong(
  settlements: readonly SettleRow[],
  verdicts: readonly AcceptVerdict[] | undefined,
): Brought {
  const rows: AcceptRow[] = []
  const kept: AcceptVerdict[] = []
  const refused = new Map<number, Refused>()
  const parts = new Map<number, readonly number[]>()
  let first = 0
  for (const { seq, accepts = [], partSeqs = [] } of settlements) {
    const own = verdicts?.slice(first, (first += accepts.length)) ?? []
    const why = refusalOf(accepts, own)
    if (why !== undefined) refused.set(seq, why)
    else {
      rows.push(...accepts)
      kept.push(...own)
      if (partSeqs.length > 0) parts.set(seq, partSeqs)
    }
  }
  return { rows, verdicts: verdicts === undefined ? undefined : kept, refused, parts }
}

function refusalOf(
  rows: readonly AcceptRow[],
  verdicts: readonly AcceptVerdict[],
): Refused | undefined {
  for (const [at, verdict] of verdicts.entries()) {
    const id = rows[at]?.id
    if (verdict.kind === 'unknown-parent') return { unknownParent: verdict.parent }
    if (verdict.kind === 'conflict' && id !== undefined) return { conflict: id }
  }
  return undefined
}
