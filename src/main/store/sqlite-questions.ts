import { ARM_IDS, MINTED_PREFIX } from '../../protocol/task.ts'
import type { Journal, JournalQuery } from './journal.ts'
import type { AnswerTo, ReadQuery, RecallSlice, StoredSlice } from './sqlite-messages.ts'
import { attemptTraces, recordFrom, stateCodes } from './sqlite-records.ts'
import type { AttemptTrace, TaskPage, TaskRecord, TraceQuery } from './store.ts'
import { newestFirst, pageLimit } from './task-record.ts'
import type { TypeTable } from './type-table.ts'

/** Where questions are answered: by the owner's store thread, or over a connection of one's own. */
export interface Answering {
  ask<Query extends ReadQuery>(query: Query): Promise<AnswerTo<Query>>
}

const RECALL_SLICES_MAX = 256

/** What a journal in SQLite answers, whoever reads the file: each look is a bounded slice, asked on until it is enough. */
export class SqliteQuestions implements Pick<Journal, 'resolve' | 'get' | 'inspect' | 'recall'> {
  readonly #file: Answering
  readonly #types: TypeTable

  constructor(file: Answering, types: TypeTable) {
    this.#file = file
    this.#types = types
  }

  async resolve(ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    const { seqs } = await this.#file.ask({ what: 'resolve', ids })
    return ids.map((_, at) => seqs[at] || undefined)
  }

  async get(seq: number): Promise<TaskRecord | undefined> {
    const { task } = await this.#file.ask({ what: 'get', seq })
    return task === undefined ? undefined : recordFrom(task, this.#types)
  }

  /** Each slice looks through a bounded number of tasks; this asks on until the page is full. */
  async inspect(query: JournalQuery): Promise<TaskPage> {
    const limit = pageLimit(query.limit)
    const filters = {
      ...this.#codes(query),
      seqs: query.seqs,
      states: stateCodes(query.states),
      envelopePart: envelopePart(query.idPrefix),
    }
    const tasks: TaskRecord[] = []
    let next: number | undefined = query.after ?? 0
    while (next !== undefined && tasks.length < limit) {
      const slice = {
        what: 'inspect',
        after: next,
        limit: limit - tasks.length,
        ...filters,
      } as const
      const answer: StoredSlice = await this.#file.ask(slice)
      tasks.push(...answer.tasks.map((task) => recordFrom(task, this.#types)))
      next = answer.next
    }
    return { tasks, next }
  }

  /** Looks back through the attempts of the last accepted tasks, a million at most. */
  async recall(query: TraceQuery & { readonly seq?: number }): Promise<AttemptTrace[]> {
    const { seq, sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER } = query
    const outcome: RecallSlice['outcome'] = query.outcome ?? 'any'
    const limit = pageLimit(query.limit)
    const filters = { ...this.#codes(query), seq, outcome, sinceMs, untilMs }
    const traces: AttemptTrace[] = []
    let before: number | undefined = Number.MAX_SAFE_INTEGER
    for (let slices = 0; slices < RECALL_SLICES_MAX && before !== undefined; slices++) {
      const slice = { what: 'recall', before, limit: limit - traces.length, ...filters } as const
      const answer: StoredSlice = await this.#file.ask(slice)
      traces.push(...answer.tasks.flatMap((task) => attemptTraces(task, this.#types)))
      before = traces.length < limit ? answer.next : undefined
    }
    return traces.sort(newestFirst)
  }

  /** A type the file has never seen gets a code that no row has. */
  #codes({ arm, type }: Pick<TraceQuery, 'arm' | 'type'>): {
    readonly arm: number | undefined
    readonly type: number | undefined
  } {
    return {
      arm: arm === undefined ? undefined : ARM_IDS.indexOf(arm),
      type: type === undefined ? undefined : (this.#types.find(type) ?? -1),
    }
  }
}

/** A caller's id is in its task's envelope; a minted one is nowhere written down. */
function envelopePart(idPrefix = ''): Uint8Array | undefined {
  const mayBeMinted = idPrefix.startsWith(MINTED_PREFIX) || MINTED_PREFIX.startsWith(idPrefix)
  return mayBeMinted ? undefined : new TextEncoder().encode(idPrefix)
}
