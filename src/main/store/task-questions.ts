import type { Clock } from '../../protocol/clock.ts'
import { isFinal, mintedSeq } from '../../protocol/task.ts'
import type { Journal, JournalQuery } from './journal.ts'
import type {
  AttemptTrace,
  TaskPage,
  TaskQuery,
  TaskRecord,
  TaskStore,
  TraceQuery,
} from './store.ts'
import { pageLimit } from './task-record.ts'

/** What only memory knows of a task that is not settled. */
export interface LiveFacts {
  isRunning(seq: number): boolean
  isUnserved(seq: number): boolean
  /** The parents a blocked task still waits for; undefined for any other. */
  awaitedBy(seq: number): ReadonlySet<number> | undefined
  runningSeqs(): Iterable<number>
}

type Questions = Pick<TaskStore, 'inspect' | 'get' | 'recall'>
type Records = Pick<Journal, 'inspect' | 'get' | 'recall' | 'resolve'>

/** Answers about tasks: the journal knows what was settled, memory knows what runs and what waits for its type. */
export class TaskQuestions implements Questions {
  readonly #journal: Records
  readonly #live: LiveFacts
  readonly #clock: Clock

  constructor(journal: Records, live: LiveFacts, clock: Clock) {
    this.#journal = journal
    this.#live = live
    this.#clock = clock
  }

  /** A journal cannot tell what runs from what waits: it is asked on until the page is full of what was asked for. */
  async inspect(query: TaskQuery): Promise<TaskPage> {
    const limit = pageLimit(query.limit)
    const asked = await this.#journalQuery(query)
    const tasks: TaskRecord[] = []
    let next: number | undefined = query.after ?? 0
    while (next !== undefined && tasks.length < limit) {
      const lookedAt = Math.max(limit - tasks.length, isSparse(query) ? LOOKED_AT_MIN : 1)
      const page: TaskPage = await this.#journal.inspect({ ...asked, after: next, limit: lookedAt })
      const seen = await Promise.all(page.tasks.map((task) => this.#overlay(task)))
      tasks.push(...seen.filter((task) => matches(task, query)))
      next = page.next
    }
    if (tasks.length <= limit) return { tasks, next }
    return { tasks: tasks.slice(0, limit), next: tasks[limit - 1]?.seq }
  }

  async get(id: string): Promise<TaskRecord | undefined> {
    const [seq] = await this.resolve([id])
    const record = seq === undefined ? undefined : await this.#journal.get(seq)
    return record === undefined ? undefined : this.#overlay(record)
  }

  async recall(query: TraceQuery): Promise<AttemptTrace[]> {
    if (query.task === undefined) return this.#journal.recall(query)
    const [seq] = await this.resolve([query.task])
    return seq === undefined ? [] : this.#journal.recall({ ...query, seq })
  }

  /** The seqs behind ids; those of minted ones are in the id itself. */
  async resolve(ids: readonly string[]): Promise<(number | undefined)[]> {
    const seqs = ids.map((id) => mintedSeq(id))
    const named = ids.filter((_, at) => seqs[at] === undefined)
    if (named.length === 0) return seqs
    const found = (await this.#journal.resolve(named)).values()
    return seqs.map((seq) => seq ?? found.next().value)
  }

  /** What runs is a handful among maybe a million that wait: asked for alone, it is looked up by seq. */
  async #journalQuery({ ids, ...query }: TaskQuery): Promise<JournalQuery> {
    if (ids !== undefined) {
      const seqs = await this.resolve(ids)
      return { ...query, seqs: seqs.filter((seq) => seq !== undefined) }
    }
    if (query.reason !== undefined && query.states === undefined)
      return { ...query, states: ['failed', 'cancelled'] }
    const runningOnly = query.states?.every((state) => state === 'running') ?? false
    return runningOnly ? { ...query, seqs: [...this.#live.runningSeqs()] } : query
  }

  async #overlay(record: TaskRecord): Promise<TaskRecord> {
    if (isFinal(record.state)) return record
    if (this.#live.isRunning(record.seq)) return { ...record, state: 'running' }
    const awaited = this.#live.awaitedBy(record.seq)
    if (awaited !== undefined) return this.#blocked(record, awaited)
    if (this.#live.isUnserved(record.seq)) return { ...record, state: 'unserved' }
    const due = record.dueAtMs !== undefined && record.dueAtMs > this.#clock.wallMs()
    return { ...record, state: due ? 'scheduled' : 'ready' }
  }

  async #blocked(record: TaskRecord, awaited: ReadonlySet<number>): Promise<TaskRecord> {
    const seqs = await this.resolve(record.after)
    const awaiting = record.after.filter((_, at) => awaited.has(seqs[at] ?? 0))
    return { ...record, state: 'blocked', awaiting }
  }
}

/** Where few of many match, pages of what is looked at are larger than what is still wanted. */
const LOOKED_AT_MIN = 256

function isSparse({ idPrefix, createdSinceMs, createdUntilMs, reason }: TaskQuery): boolean {
  return [idPrefix, createdSinceMs, createdUntilMs, reason].some((one) => one !== undefined)
}

/** What no journal is asked to tell apart: states of this moment, and the rarer questions. */
function matches(task: TaskRecord, query: TaskQuery): boolean {
  const { states, idPrefix = '', createdSinceMs = -Infinity, createdUntilMs = Infinity } = query
  if (states?.includes(task.state) === false || !task.id.startsWith(idPrefix)) return false
  if (task.createdAtMs < createdSinceMs || task.createdAtMs > createdUntilMs) return false
  return query.reason === undefined || task.failure?.reason === query.reason
}
