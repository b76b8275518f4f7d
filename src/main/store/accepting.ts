import type { Clock } from '../../protocol/clock.ts'
import type { ArmId } from '../../protocol/task.ts'
import { broughtAlong, settleRows, type Brought } from './brought-along.ts'
import { isDependent, type Dependents } from './dependents.ts'
import type { AcceptRow, AcceptVerdict, Journal } from './journal.ts'
import type { LiveTasks } from './live-tasks.ts'
import { acceptRow } from './store-rows.ts'
import type { EnqueueResult, NewTask, Refused, Settlement } from './store.ts'
import type { Now } from './waiting.ts'

export interface AcceptingOptions {
  readonly journal: Journal
  readonly live: LiveTasks
  readonly dependents: Dependents
  readonly clock: Clock
  readonly now: () => Now
  readonly wake: (arm: ArmId) => void
}

/** What a write of settlements came to. */
export interface Written {
  /** By the seq of those of which nothing was written. */
  readonly refused: ReadonlyMap<number, Refused>
  /** The parts of those that split, in order, by seq. */
  readonly parts: ReadonlyMap<number, readonly number[]>
}

/** New tasks on their way into the order: they get their numbers, are written down, and take their places. */
export class Accepting {
  readonly #options: AcceptingOptions
  seqMax = 0

  constructor(options: AcceptingOptions) {
    this.#options = options
  }

  /** Writes settlements with what they bring along. Undefined when none brought anything. */
  async settle(settlements: readonly Settlement[]): Promise<Written | undefined> {
    const { dependents, journal, live } = this.#options
    const rows = settleRows(settlements, (tasks) => this.numbered(tasks))
    if (rows === settlements) return void (await journal.settle(rows))
    const accepts = rows.flatMap((row) => row.accepts ?? [])
    const write = async (): Promise<Brought> => {
      const written = broughtAlong(rows, await journal.settle(rows))
      this.arrived(written.rows, written.verdicts)
      return written
    }
    const brought = await (accepts.some(isDependent) ? dependents.watching(write) : write())
    for (const seq of brought.refused.keys()) live.running.refuseSettle(seq)
    return brought
  }

  numbered(tasks: readonly NewTask[]): AcceptRow[] {
    const wallMs = this.#options.clock.wallMs()
    return tasks.map((task) => acceptRow(task, ++this.seqMax, wallMs))
  }

  /** What the journal has takes its place, unless it was there before. */
  arrived(
    rows: readonly AcceptRow[],
    verdicts: readonly AcceptVerdict[] | undefined,
  ): EnqueueResult[] {
    const { live, dependents, now, wake } = this.#options
    const moment = now()
    const woken = new Set<ArmId>()
    const results = rows.map((row, index): EnqueueResult => {
      const verdict = verdicts?.[index]
      if (verdict !== undefined && verdict.kind !== 'created') return verdict
      if (row.level > 0) live.waiting.levels.set(row.seq, row.level)
      if (verdict?.parents !== undefined) dependents.accepted(row, verdict.parents)
      else if (live.arrive(row, moment)) woken.add(row.arm)
      return { kind: 'created', seq: row.seq }
    })
    for (const arm of woken) wake(arm)
    return results
  }
}
