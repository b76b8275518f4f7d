import type { AttemptCounts } from './attempt-counts.ts'
import { armAt, type Now, type WaitingTask } from './waiting.ts'
import {
  PENDING_CANCELLED,
  PENDING_STARTED,
  type Journal,
  type Parents,
  type PendingPage,
} from './journal.ts'
import type { Verdict } from './store.ts'
import type { TypeTable } from './type-table.ts'

/** Three process deaths in a row with the same task running: no more tries. */
export const SUSPICIONS_MAX = 3

export interface Recovered {
  readonly seqMax: number
  readonly clean: boolean
  readonly statusFile: string | undefined
  readonly pending: number
  readonly interrupted: number
  /** Tasks whose fate is clear; not placed anywhere. */
  readonly judged: readonly Judged[]
}

export type Fate = Exclude<Verdict['why'], 'skipped' | 'parent-failed' | 'part-failed'>

export interface Judged {
  readonly task: WaitingTask
  readonly why: Fate
}

export interface RecoverOptions {
  readonly journal: Journal
  readonly now: Now
  readonly types: TypeTable
  readonly attempts: AttemptCounts
  readonly levels: Map<number, number>
  place(
    task: WaitingTask,
    dueWallMs: number,
    expiresWallMs: number,
    parents: Parents | undefined,
  ): void
  /** Whatever its fate, this is what it waits for. */
  known(seq: number, parents: Parents): void
  suspect(task: WaitingTask): void
}

/** Opens the journal and puts every task that is not settled where it belongs. No lease to wait out: it may run at once. */
export async function recoverInto(options: RecoverOptions): Promise<Recovered> {
  const pages: PendingPage[] = []
  const opened = await options.journal.open((page) => pages.push(page))
  const suspicions = new Map(opened.suspects.map((suspect) => [suspect.seq, suspect.suspicions]))
  const judged: Judged[] = []
  let pending = 0
  let interrupted = suspicions.size
  for (const page of pages) {
    pending += page.count
    for (let at = 0; at < page.count; at++) {
      const row = rowAt(page, at, options.types)
      options.attempts.note(row.task.seq, row.attempts)
      options.attempts.noteBefore(row.task.seq, row.attemptsBefore)
      if (row.level > 0) options.levels.set(row.task.seq, row.level)
      if (row.parents !== undefined) options.known(row.task.seq, row.parents)
      const why = fate(row.flags, suspicions.get(row.task.seq))
      if (row.flags & PENDING_STARTED && !suspicions.has(row.task.seq)) interrupted += 1
      if (why === 'suspect') options.suspect(row.task)
      else if (why === undefined) options.place(row.task, row.dueAtMs, row.expiresAtMs, row.parents)
      else judged.push({ task: row.task, why })
    }
  }
  const { seqMax, clean, statusFile } = opened
  return { seqMax, clean, statusFile, pending, interrupted, judged }
}

/** What follows from the traces a dead owner left of one task. */
export function fate(flags: number, suspicions: number | undefined): Fate | 'suspect' | undefined {
  if (flags & PENDING_CANCELLED) return 'cancelled'
  if (suspicions !== undefined && suspicions >= SUSPICIONS_MAX) return 'quarantined'
  if (flags & PENDING_STARTED) return 'lost'
  return suspicions === undefined ? undefined : 'suspect'
}

interface PendingRow {
  readonly task: WaitingTask
  readonly attempts: number
  readonly attemptsBefore: number
  readonly dueAtMs: number
  readonly expiresAtMs: number
  readonly flags: number
  readonly level: number
  readonly parents: Parents | undefined
}

function rowAt(page: PendingPage, at: number, types: TypeTable): PendingRow {
  const type = page.typeNames[page.types[at] ?? 0] ?? ''
  return {
    task: {
      seq: page.seqs[at] ?? 0,
      arm: armAt(page.arms[at] ?? 0),
      typeIndex: types.index(type),
      priority: page.priorities[at] ?? 0,
    },
    attempts: page.attempts[at] ?? 0,
    attemptsBefore: page.attemptsBefore[at] ?? 0,
    dueAtMs: page.dueAtMs[at] ?? 0,
    expiresAtMs: page.expiresAtMs[at] ?? 0,
    flags: page.flags[at] ?? 0,
    level: page.levels[at] ?? 0,
    parents: page.parents.size === 0 ? undefined : page.parents.get(page.seqs[at] ?? 0),
  }
}
