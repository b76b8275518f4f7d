import { ATTEMPTS_MAX } from './history-key.ts'
import { SeqMap } from '../seq-map.ts'
import { packResults, type KeptResult } from './parent-results.ts'
import { kept, keptAttempt, matches, record, type Entry } from './memory-entry.ts'
import { MemoryParents } from './memory-parents.ts'
import { isFinal, mintedSeq, type FinalState, type PayloadBytes } from '../../protocol/task.ts'
import { encodePartResults } from '../../protocol/part-results.ts'
import type {
  AcceptRow,
  AcceptVerdict,
  Journal,
  JournalOpened,
  JournalQuery,
  LoadedTask,
  Parents,
  RetryVerdict,
  SettleRow,
} from './journal.ts'
import type {
  AttemptTrace,
  RememberedTrace,
  Settlement,
  StoreCaps,
  TaskPage,
  TaskRecord,
  TraceQuery,
} from './store.ts'
import { matchesTrace, newestFirst, pageLimit, traceOf, type KeptAttempt } from './task-record.ts'

export interface MemoryJournalOptions {
  /** How many settled tasks are remembered, the newest. */
  readonly settledMax?: number
}

/**
 * A journal that forgets when the process ends. What waits is kept whole; of what was settled, the newest records stay,
 * so that results, inspection and duplicate ids work as they do on disk.
 */
export class MemoryJournal implements Journal {
  readonly caps: StoreCaps = {
    ack: 'memory',
    fenced: false,
    lease: false,
    wake: 'push',
    bytesMax: 64 * 1024 * 1024,
  }
  readonly #tasks = new SeqMap<Entry>()
  readonly #seqs = new Map<string, number>()
  /** Seqs of settled tasks, a ring: the oldest is overwritten, and forgotten. */
  readonly #settled: Float64Array
  #settledCount = 0
  readonly #parents = new MemoryParents((seq, since) => this.#endOf(seq, since)?.state)

  readonly #parts = new MemoryParents((seq, since) => this.#endOf(seq, since)?.state)

  constructor(options: MemoryJournalOptions = {}) {
    this.#settled = new Float64Array(options.settledMax ?? SETTLED_MAX)
  }

  open(): Promise<JournalOpened> {
    return Promise.resolve({ seqMax: 0, clean: true, suspects: [], statusFile: undefined })
  }

  accept(rows: readonly AcceptRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    const verdicts = rows.map((row) => this.#accept(row))
    return verdicts.every(isNew) ? ALL_NEW : Promise.resolve(verdicts)
  }

  settle(rows: readonly SettleRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    const verdicts: AcceptVerdict[] = []
    for (const row of rows) {
      const { accepts = [] } = row
      const refused = accepts.length === 0 ? undefined : this.#refused(accepts)
      if (refused === undefined) this.#settle(row)
      verdicts.push(...(refused ?? accepts.map((accepted) => this.#accept(accepted))))
      if (refused === undefined && row.partSeqs !== undefined) this.#split(row.seq, row.partSeqs)
    }
    return verdicts.every(isNew) ? ALL_NEW : Promise.resolve(verdicts)
  }

  recordStart(): Promise<void> {
    return DONE
  }

  checkpoint(seq: number, _attempt: number, value: Uint8Array): Promise<void> {
    const entry = this.#tasks.get(seq)
    if (entry !== undefined) entry.checkpoint = value.slice()
    return DONE
  }

  requestCancel(): Promise<void> {
    return DONE
  }

  retry(seqs: readonly number[]): Promise<readonly RetryVerdict[]> {
    return Promise.resolve(seqs.map((seq) => this.#retry(seq)))
  }

  parentResults(children: readonly number[]): Promise<readonly Uint8Array[]> {
    return Promise.resolve(
      children.map((child) => {
        const ids = this.#tasks.get(child)?.row.dependsOn?.parents ?? []
        return packResults(ids, (id) => this.#resultOf(id))
      }),
    )
  }

  #resultOf(id: string): KeptResult | undefined {
    const outcome = this.#endOf(this.#seqOf(id) ?? 0, 0)?.outcome
    if (outcome?.kind !== 'succeeded') return undefined
    return { bytes: outcome.result.bytes.byteLength, read: () => outcome.result }
  }

  /** What a task that is not settled waits for. */
  parentsOf(seq: number): Parents | undefined {
    return this.#parts.of(seq) ?? this.#parents.of(seq)
  }

  load(seqs: readonly number[]): Promise<readonly LoadedTask[]> {
    return Promise.resolve(seqs.map((seq) => this.#load(seq)))
  }

  resolve(ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    return Promise.resolve(ids.map((id) => this.#seqs.get(id)))
  }

  inspect(query: JournalQuery): Promise<TaskPage> {
    const limit = pageLimit(query.limit)
    const tasks: TaskRecord[] = []
    for (const seq of this.#seqsAfter(query)) {
      const entry = this.#tasks.get(seq)
      if (entry === undefined || !matches(entry, query)) continue
      if (tasks.length === limit) return Promise.resolve({ tasks, next: tasks.at(-1)?.seq })
      tasks.push(record(entry))
    }
    return Promise.resolve({ tasks, next: undefined })
  }

  get(seq: number): Promise<TaskRecord | undefined> {
    const entry = this.#tasks.get(seq)
    return Promise.resolve(entry === undefined ? undefined : record(entry))
  }

  remember(_traces: readonly RememberedTrace[]): Promise<void> {
    return DONE
  }

  recall(query: TraceQuery & { readonly seq?: number }): Promise<AttemptTrace[]> {
    const entries = query.seq === undefined ? this.#tasks.values() : [this.#tasks.get(query.seq)]
    const traces: AttemptTrace[] = []
    for (const entry of entries) {
      if (entry?.attempts === undefined) continue
      const task = kept(entry.row)
      traces.push(...entry.attempts.map((attempt) => traceOf(task, attempt)))
    }
    const matching = traces.filter((trace) => matchesTrace(trace, query))
    return Promise.resolve(matching.sort(newestFirst).slice(0, pageLimit(query.limit)))
  }

  onFailure(): void {
    // Memory does not fail.
  }

  close(): Promise<void> {
    this.#tasks.clear()
    this.#seqs.clear()
    return DONE
  }

  #accept(row: AcceptRow): AcceptVerdict {
    if (row.id !== undefined) {
      const known = this.#known(row.id, row.payloadHash)
      if (known !== undefined) return known
    }
    const unknown = row.dependsOn?.parents.find((id) => this.#seqOf(id) === undefined)
    if (unknown !== undefined) return { kind: 'unknown-parent', seq: row.seq, parent: unknown }
    if (row.id !== undefined) this.#seqs.set(row.id, row.seq)
    this.#tasks.set(row.seq, {
      row,
      attempts: undefined,
      settledAt: undefined,
      overdue: false,
      checkpoint: undefined,
    })
    if (row.dependsOn === undefined) return { kind: 'created', seq: row.seq }
    const { parents, onFailure } = row.dependsOn
    const since = parents.map((id): [number, number] => [this.#seqOf(id) ?? 0, 0])
    this.#parents.link(row.seq, onFailure, new Map(since))
    return { kind: 'created', seq: row.seq, parents: this.#parents.of(row.seq) }
  }

  /** Undefined when there is no record of it. */
  #seqOf(id: string): number | undefined {
    const seq = mintedSeq(id) ?? this.#seqs.get(id)
    return seq !== undefined && this.#tasks.has(seq) ? seq : undefined
  }

  /** The attempt after `since` that ended the task. */
  #endOf(seq: number, since: number): (KeptAttempt & { readonly state: FinalState }) | undefined {
    const last = this.#tasks.get(seq)?.attempts?.at(-1)
    if (last === undefined || last.retried || last.attempt <= since) return undefined
    const { state } = last
    return isFinal(state) ? { ...last, state } : undefined
  }

  /** Verdicts with a conflict among them; undefined when there is none and all of the rows may be written. */
  #refused(rows: readonly AcceptRow[]): AcceptVerdict[] | undefined {
    const hashes = new Map<string, Uint8Array | undefined>()
    const verdicts = rows.map(({ seq, id, payloadHash, dependsOn }): AcceptVerdict => {
      const parent = dependsOn?.parents.find(
        (one) => !hashes.has(one) && this.#seqOf(one) === undefined,
      )
      if (parent !== undefined) return { kind: 'unknown-parent', seq, parent }
      const same = id === undefined || !hashes.has(id) || equalBytes(hashes.get(id), payloadHash)
      if (id !== undefined) hashes.set(id, payloadHash)
      const known = id === undefined ? undefined : this.#known(id, payloadHash)
      return same ? (known ?? { kind: 'created', seq }) : { kind: 'conflict', seq }
    })
    return verdicts.some(isRefusal) ? verdicts : undefined
  }

  #known(id: string, hash: Uint8Array | undefined): AcceptVerdict | undefined {
    const seq = this.#seqs.get(id)
    const entry = seq === undefined ? undefined : this.#tasks.get(seq)
    if (seq === undefined || entry === undefined) return undefined
    return { kind: equalBytes(entry.row.payloadHash, hash) ? 'existing' : 'conflict', seq }
  }

  #settle(settlement: Settlement): void {
    const entry = this.#tasks.get(settlement.seq)
    if (entry === undefined) return
    const attempt = keptAttempt(settlement)
    if (entry.attempts === undefined) entry.attempts = [attempt]
    else entry.attempts.push(attempt)
    const { seq } = settlement
    if (!isFinal(attempt.state)) return
    entry.checkpoint = undefined
    this.#keepSettled(seq, entry)
    const released = [...this.#parents.forget(seq), ...this.#parts.forget(seq)]
    for (const parent of released) this.#keepOverdue(parent)
  }

  /** It waits for these parts now, instead of those of an earlier split. */
  #split(seq: number, parts: readonly number[]): void {
    if (parts.length === 0) return
    for (const part of this.#parts.forget(seq)) this.#keepOverdue(part)
    this.#parts.link(seq, 'part', new Map(parts.map((part) => [part, 0])))
  }

  #partResults(seq: number): Uint8Array | undefined {
    const parts = this.#parts.of(seq)
    return parts === undefined
      ? undefined
      : encodePartResults(parts.states.map((part) => resultOf(this.#endOf(part.seq, 0))))
  }

  #keepSettled(seq: number, entry: Entry): void {
    const at = this.#settledCount % this.#settled.length
    const oldest = this.#settledCount - this.#settled.length
    if (oldest >= 0) this.#forget(this.#settled[at] ?? 0, oldest)
    this.#settled[at] = seq
    entry.settledAt = this.#settledCount
    this.#settledCount += 1
  }

  #keepOverdue(seq: number): void {
    const entry = this.#tasks.get(seq)
    if (entry?.overdue !== true) return
    entry.overdue = false
    this.#keepSettled(seq, entry)
  }

  #retry(seq: number): RetryVerdict {
    const entry = this.#tasks.get(seq)
    if (entry === undefined) return { kind: 'dropped' }
    const last = entry.attempts?.at(-1)
    if (last === undefined || last.retried || !isFinal(last.state)) return { kind: 'pending' }
    if (last.state === 'succeeded') return { kind: 'succeeded' }
    const since = this.#sinceForRetry(entry.row)
    if (last.attempt >= ATTEMPTS_MAX || since === undefined) return { kind: 'dropped' }
    entry.attempts?.splice(-1, 1, { ...last, retried: true })
    entry.settledAt = undefined
    entry.overdue = false
    const { arm, type, priority, level, dependsOn } = entry.row
    if (dependsOn !== undefined) this.#parents.link(seq, dependsOn.onFailure, since)
    const parents = this.#parents.of(seq)
    const head = { arm, type, priority, level }
    return { kind: 'retried', task: { ...head, attempts: last.attempt, parents } }
  }

  /** For another run a failure that is there already counts no more. Undefined when a parent is gone. */
  #sinceForRetry({ dependsOn }: AcceptRow): Map<number, number> | undefined {
    const since = new Map<number, number>()
    for (const id of dependsOn?.parents ?? []) {
      const seq = this.#seqOf(id)
      if (seq === undefined) return undefined
      const end = this.#endOf(seq, 0)
      const counts = end?.state === 'succeeded' || dependsOn?.onFailure === 'run'
      since.set(seq, counts ? 0 : (end?.attempt ?? 0))
    }
    return since
  }

  /** Unless it was retried since it took that place in the ring. */
  #forget(seq: number, settledAt: number): void {
    const entry = this.#tasks.get(seq)
    if (entry?.settledAt !== settledAt) return
    if (this.#parents.isNeeded(seq) || this.#parts.isNeeded(seq)) {
      entry.settledAt = undefined
      entry.overdue = true
      return
    }
    const { id } = entry.row
    if (id !== undefined) this.#seqs.delete(id)
    this.#tasks.delete(seq)
  }

  #load(seq: number): LoadedTask {
    const entry = this.#tasks.get(seq)
    if (entry === undefined) throw new RangeError(`task ${seq} is not kept`)
    const { row, checkpoint } = entry
    return { envelope: row.envelope, checkpoint, parts: this.#partResults(seq) }
  }

  *#seqsAfter({ seqs, after = 0 }: JournalQuery): Generator<number> {
    const all = [...new Set(seqs ?? this.#tasks.keys())].sort((a, b) => a - b)
    for (const seq of all) if (seq > after) yield seq
  }
}

function resultOf(end: KeptAttempt | undefined): PayloadBytes | undefined {
  return end?.outcome?.kind === 'succeeded' ? end.outcome.result : undefined
}

const SETTLED_MAX = 10_000
const DONE = Promise.resolve()
const ALL_NEW = Promise.resolve(undefined)

function isRefusal({ kind }: AcceptVerdict): boolean {
  return kind === 'conflict' || kind === 'unknown-parent'
}

function isNew(verdict: AcceptVerdict): boolean {
  return verdict.kind === 'created' && verdict.parents === undefined
}

function equalBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return Buffer.compare(a ?? NO_BYTES, b ?? NO_BYTES) === 0
}

const NO_BYTES = new Uint8Array(0)
