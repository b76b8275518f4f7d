import { hostname } from 'node:os'
import type { Clock } from '../../protocol/clock.ts'
import type {
  AcceptRow,
  AcceptVerdict,
  Journal,
  JournalOpened,
  JournalQuery,
  LoadedTask,
  Parents,
  PendingPage,
  RetryVerdict,
  SettleRow,
  StartToken,
} from './journal.ts'
import type { Owner } from './owner-lock.ts'
import { BatchWriter, type BatchBuffers } from './sqlite-batch.ts'
import {
  LOADED_WIDTH,
  RETRY,
  RETRY_WIDTH,
  VERDICT,
  VERDICT_WIDTH,
  type Retention,
} from './sqlite-messages.ts'
import { SqliteQuestions } from './sqlite-questions.ts'
import type {
  AttemptTrace,
  RememberedTrace,
  StoreCaps,
  TaskPage,
  TaskRecord,
  TraceQuery,
} from './store.ts'
import { StoreLink, type Flushed } from './store-link.ts'
import { TypeTable } from './type-table.ts'
import { armAt } from './waiting.ts'

export interface SqliteJournalOptions {
  readonly path: string
  readonly clock: Clock
  readonly retention: Retention
}

/** What the next flush will carry, and who waits for it. */
interface Flush {
  readonly writer: BatchWriter
  readonly newTypes: string[]
  readonly done: PromiseWithResolvers<void>
  /** By the row's place in the flush: those that are not new. */
  verdicts: ReadonlyMap<number, FlushVerdict> | undefined
  /** RETRY_WIDTH numbers each. */
  retries: Float64Array | undefined
  /** By the seq of those that wait for others. */
  parents: ReadonlyMap<number, Parents> | undefined
}

/**
 * A journal in one SQLite file, by group commit: while one flush is being written, what arrives gathers in the next,
 * which leaves when the acknowledgement comes. There is no timer; a lone task leaves at the end of its turn.
 *
 * ```
 *  accept, settle, … ─▶ #filling ─▶ store thread: one transaction, one fsync ─▶ acknowledgement ─▶ promises
 * ```
 */
export class SqliteJournal implements Journal {
  readonly caps: StoreCaps = {
    ack: 'fsync',
    fenced: false,
    lease: false,
    wake: 'push',
    bytesMax: 64 * 1024 * 1024,
  }
  readonly #options: SqliteJournalOptions
  readonly #link: StoreLink
  readonly #types = new TypeTable()
  readonly #questions: SqliteQuestions
  /** Types the file knows, or will know with the flush that is being filled. */
  #typesStored = 0
  #filling: Flush | undefined
  #inFlight: Flush | undefined
  #spare: BatchBuffers | undefined
  #failed: (error: Error) => void = () => {}

  constructor(options: SqliteJournalOptions) {
    this.#options = options
    this.#link = new StoreLink(options.path, (error) => this.#fail(error))
    this.#questions = new SqliteQuestions(this.#link, this.#types)
  }

  async open(page: (rows: PendingPage) => void): Promise<JournalOpened> {
    const { path, clock, retention } = this.#options
    const owner = ownerOf(clock)
    const { types, opened } = await this.#link.open({ kind: 'open', path, retention, owner }, page)
    for (const name of types) this.#types.index(name)
    this.#typesStored = types.length
    return opened
  }

  async accept(rows: readonly AcceptRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    const flush = this.#flush()
    const first = flush.writer.accepted
    for (const row of rows) this.#accept(row, flush)
    await flush.done.promise
    return verdictsOf(rows, first, flush)
  }

  async settle(rows: readonly SettleRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    const flush = this.#flush()
    const first = flush.writer.accepted
    for (const row of rows) {
      flush.writer.settle(row)
      for (const accept of row.accepts ?? []) this.#accept(accept, flush)
    }
    const brought = flush.writer.accepted > first
    await flush.done.promise
    return brought
      ? verdictsOf(
          rows.flatMap(({ accepts = [] }) => accepts),
          first,
          flush,
        )
      : undefined
  }

  async recordStart(tokens: readonly StartToken[]): Promise<void> {
    const flush = this.#flush()
    for (const token of tokens) flush.writer.start(token)
    await flush.done.promise
  }

  async checkpoint(seq: number, _attempt: number, value: Uint8Array): Promise<void> {
    const flush = this.#flush()
    flush.writer.checkpoint(seq, value)
    await flush.done.promise
  }

  async requestCancel(seqs: readonly number[]): Promise<void> {
    const flush = this.#flush()
    for (const seq of seqs) flush.writer.cancel(seq)
    await flush.done.promise
  }

  async retry(seqs: readonly number[]): Promise<readonly RetryVerdict[]> {
    const flush = this.#flush()
    const first = flush.writer.retried
    for (const seq of seqs) flush.writer.retry(seq)
    await flush.done.promise
    return seqs.map((seq, at) => this.#retryVerdict(seq, first + at, flush))
  }

  async remember(traces: readonly RememberedTrace[]): Promise<void> {
    const flush = this.#flush()
    for (const trace of traces) flush.writer.trace(trace)
    await flush.done.promise
  }

  async load(seqs: readonly number[]): Promise<readonly LoadedTask[]> {
    const asked = { what: 'load', seqs: Float64Array.from(seqs) } as const
    const { lengths, bytes } = await this.#link.ask(asked)
    let at = 0
    const next = (length: number): Uint8Array => bytes.subarray(at, (at += length))
    return seqs.map((_, index) => {
      const [envelope = 0, checkpoint = -1, parts = -1] = lengths.subarray(index * LOADED_WIDTH)
      return {
        envelope: next(envelope),
        checkpoint: checkpoint < 0 ? undefined : next(checkpoint),
        parts: parts < 0 ? undefined : next(parts),
      }
    })
  }

  async parentResults(children: readonly number[]): Promise<readonly Uint8Array[]> {
    const { results } = await this.#link.ask({ what: 'parents', children })
    return results
  }

  resolve(ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    return this.#questions.resolve(ids)
  }

  get(seq: number): Promise<TaskRecord | undefined> {
    return this.#questions.get(seq)
  }

  inspect(query: JournalQuery): Promise<TaskPage> {
    return this.#questions.inspect(query)
  }

  recall(query: TraceQuery & { readonly seq?: number }): Promise<AttemptTrace[]> {
    return this.#questions.recall(query)
  }

  onFailure(failed: (error: Error) => void): void {
    this.#failed = failed
  }

  /** Everything accepted so far is written first. */
  async close(): Promise<void> {
    for (
      let flush = this.#filling ?? this.#inFlight;
      flush;
      flush = this.#filling ?? this.#inFlight
    )
      await flush.done.promise.catch(() => undefined)
    await this.#link.close()
  }

  /** The flush that is being filled; whoever asks first sees to it that it leaves. */
  #flush(): Flush {
    if (this.#link.failure !== undefined) throw this.#link.failure
    if (this.#filling !== undefined) return this.#filling
    const writer = new BatchWriter(this.#spare)
    this.#spare = undefined
    this.#filling = {
      writer,
      newTypes: [],
      done: Promise.withResolvers(),
      verdicts: undefined,
      retries: undefined,
      parents: undefined,
    }
    if (this.#inFlight === undefined) atEndOfTurn(() => this.#send())
    return this.#filling
  }

  #send(): void {
    const flush = this.#filling
    if (flush === undefined || this.#inFlight !== undefined) return
    this.#filling = undefined
    this.#inFlight = flush
    const { writer, newTypes } = flush
    const nowMs = this.#options.clock.wallMs()
    const { wordCount } = writer
    this.#link.flush({ kind: 'flush', ...writer.buffers, wordCount, newTypes, nowMs }).then(
      (flushed) => this.#flushed(flush, flushed),
      // `#fail` has told everyone who waits.
      () => undefined,
    )
  }

  #flushed(flush: Flush, { verdicts, retries, parents, words, bytes }: Flushed): void {
    this.#inFlight = undefined
    if (words.byteLength + bytes.byteLength <= SPARE_BYTES_MAX) this.#spare = { words, bytes }
    if (verdicts !== undefined) flush.verdicts = verdictMap(verdicts)
    flush.retries = retries
    flush.parents = parents
    flush.done.resolve()
    // Whoever is told of this one mostly asks for more at once: what is small waits for them, what is large does not.
    if ((this.#filling?.writer.wordCount ?? 0) >= LARGE_FLUSH_WORDS) this.#send()
    else atEndOfTurn(() => this.#send())
  }

  #fail(error: Error): void {
    for (const flush of [this.#inFlight, this.#filling]) flush?.done.reject(error)
    this.#inFlight = undefined
    this.#filling = undefined
    this.#failed(error)
  }

  #accept(row: AcceptRow, flush: Flush): void {
    flush.writer.accept(row, this.#typeIndex(row.type, flush))
  }

  #retryVerdict(seq: number, at: number, { retries, parents }: Flush): RetryVerdict {
    const start = at * RETRY_WIDTH
    const [kind, arm = 0, type = 0, priority = 0, attempts = 0, level = 0] =
      retries?.subarray(start, start + RETRY_WIDTH) ?? []
    if (kind === RETRY.pending) return { kind: 'pending' }
    if (kind === RETRY.succeeded) return { kind: 'succeeded' }
    if (kind !== RETRY.retried) return { kind: 'dropped' }
    const head = { arm: armAt(arm), type: this.#types.name(type), priority }
    return { kind: 'retried', task: { ...head, attempts, level, parents: parents?.get(seq) } }
  }

  #typeIndex(name: string, flush: Flush): number {
    const index = this.#types.index(name)
    if (index === this.#typesStored) {
      this.#typesStored += 1
      flush.newTypes.push(name)
    }
    return index
  }
}

/** About a hundred rows: a disk that waits for more would cost more than it saves. */
const LARGE_FLUSH_WORDS = 1_024

/** Larger buffers, left by an unusual flush, are not kept. */
const SPARE_BYTES_MAX = 8 * 1024 * 1024

/** After every callback that is due in this turn, so that what they ask for together is committed together. */
function atEndOfTurn(callback: () => void): void {
  queueMicrotask(() => process.nextTick(callback))
}

function ownerOf(clock: Clock): Owner {
  const command = process.argv[1] ?? process.execPath
  return { pid: process.pid, command, host: hostname(), sinceMs: clock.wallMs() }
}

function verdictsOf(
  rows: readonly AcceptRow[],
  first: number,
  { verdicts, parents }: Flush,
): readonly AcceptVerdict[] | undefined {
  if (verdicts === undefined && parents === undefined) return undefined
  return rows.map((row, at): AcceptVerdict => {
    const { seq, dependsOn } = row
    const verdict = verdicts?.get(first + at)
    if (verdict === undefined) return { kind: 'created', seq, parents: parents?.get(seq) }
    if (verdict.kind !== 'unknown-parent') return { kind: verdict.kind, seq: verdict.at }
    const parent = dependsOn?.parents[verdict.at]
    if (parent === undefined) throw new RangeError(`task ${seq} has no parent at ${verdict.at}`)
    return { kind: 'unknown-parent', seq, parent }
  })
}

/** Why a row was not accepted; `at` is the seq that holds its id, or the place of the unknown one among its parents. */
interface FlushVerdict {
  readonly kind: 'existing' | 'conflict' | 'unknown-parent'
  readonly at: number
}

function verdictMap(columns: Float64Array): Map<number, FlushVerdict> {
  const verdicts = new Map<number, FlushVerdict>()
  for (let at = 0; at < columns.length; at += VERDICT_WIDTH) {
    const kind = VERDICT_KIND[columns[at + 1] ?? 0] ?? 'conflict'
    verdicts.set(columns[at] ?? 0, { kind, at: columns[at + 2] ?? 0 })
  }
  return verdicts
}

const VERDICT_KIND: Readonly<Record<number, FlushVerdict['kind']>> = {
  [VERDICT.existing]: 'existing',
  [VERDICT.conflict]: 'conflict',
  [VERDICT.unknownParent]: 'unknown-parent',
}
