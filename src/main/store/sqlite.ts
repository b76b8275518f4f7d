import { Worker } from 'node:worker_threads'
import type { Clock } from '../../protocol/clock.ts'
import { OctopusError } from '../../protocol/errors.ts'
import { ARM_IDS } from '../../protocol/task.ts'
import type {
  AcceptRow,
  AcceptVerdict,
  Journal,
  JournalOpened,
  JournalQuery,
  LoadedTask,
  PendingPage,
  StartToken,
} from './journal.ts'
import { BatchWriter, type BatchBuffers } from './sqlite-batch.ts'
import { errorFrom, storeError } from './sqlite-errors.ts'
import {
  VERDICT,
  VERDICT_WIDTH,
  type FromStore,
  type ReadAnswer,
  type ReadQuery,
  type Retention,
  type ToStore,
} from './sqlite-messages.ts'
import { attemptTraces, recordFrom } from './sqlite-records.ts'
import type {
  AttemptTrace,
  RememberedTrace,
  Settlement,
  StoreCaps,
  TaskPage,
  TaskRecord,
  TraceQuery,
} from './store.ts'
import { pageLimit } from './task-record.ts'
import { TypeTable } from './type-table.ts'
import { stateCodes } from './sqlite-records.ts'

export interface SqliteJournalOptions {
  readonly path: string
  readonly clock: Clock
  readonly retention: Retention
}

/** What the next flush will carry, and who waits for it. */
interface Flush {
  readonly writer: BatchWriter
  readonly newTypes: string[]
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  /** By the row's place in the flush: those that are not new. */
  verdicts: Map<number, AcceptVerdict> | undefined
}

/**
 * The main thread's end of the SQLite journal: group commit. While one flush is being written, what arrives gathers in
 * the next, which leaves when the acknowledgement comes. There is no timer: a lone task leaves at the end of its turn.
 *
 * ```
 *  accept, settle, … ─▶ #filling ─▶ post ─▶ store thread: one transaction, one fsync ─▶ ack ─▶ promises
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
  readonly #types = new TypeTable()
  #typesKnown = 0
  #worker: Worker | undefined
  #page: (rows: PendingPage) => void = () => {}
  #opening: PromiseWithResolvers<JournalOpened> | undefined
  #closing: PromiseWithResolvers<void> | undefined
  #filling: Flush | undefined
  #inFlight: Flush | undefined
  #spare: BatchBuffers | undefined
  readonly #reads = new Map<number, PromiseWithResolvers<ReadAnswer>>()
  #calls = 0
  #failure: Error | undefined
  #failed: (error: Error) => void = () => {}

  constructor(options: SqliteJournalOptions) {
    this.#options = options
  }

  open(page: (rows: PendingPage) => void): Promise<JournalOpened> {
    const { path, clock, retention } = this.#options
    this.#page = page
    this.#opening = Promise.withResolvers()
    this.#worker = this.#start()
    this.#post({ kind: 'open', path, nowMs: clock.wallMs(), retention })
    return this.#opening.promise
  }

  async accept(rows: readonly AcceptRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    const flush = this.#flush()
    const first = flush.writer.accepted
    for (const row of rows) flush.writer.accept(row, this.#typeIndex(row.type, flush))
    await flush.done
    const { verdicts } = flush
    if (verdicts === undefined) return undefined
    return rows.map(({ seq }, at) => verdicts.get(first + at) ?? { kind: 'created', seq })
  }

  settle(rows: readonly Settlement[]): Promise<void> {
    return this.#write((writer) => {
      for (const row of rows) writer.settle(row)
    })
  }

  recordStart(tokens: readonly StartToken[]): Promise<void> {
    return this.#write((writer) => {
      for (const token of tokens) writer.start(token)
    })
  }

  checkpoint(seq: number, _attempt: number, value: Uint8Array): Promise<void> {
    return this.#write((writer) => writer.checkpoint(seq, value))
  }

  requestCancel(seqs: readonly number[]): Promise<void> {
    return this.#write((writer) => {
      for (const seq of seqs) writer.cancel(seq)
    })
  }

  remember(traces: readonly RememberedTrace[]): Promise<void> {
    return this.#write((writer) => {
      for (const trace of traces) writer.trace(trace)
    })
  }

  async load(seqs: readonly number[]): Promise<readonly LoadedTask[]> {
    const { lengths, bytes } = await this.#ask('load', {
      what: 'load',
      seqs: Float64Array.from(seqs),
    })
    let at = 0
    const next = (length: number): Uint8Array => bytes.subarray(at, (at += length))
    return seqs.map((_, index) => {
      const envelope = next(lengths[index * 2] ?? 0)
      const checkpoint = lengths[index * 2 + 1] ?? -1
      return { envelope, checkpoint: checkpoint < 0 ? undefined : next(checkpoint) }
    })
  }

  async resolve(ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    const { seqs } = await this.#ask('resolve', { what: 'resolve', ids })
    return ids.map((_, at) => seqs[at] || undefined)
  }

  async inspect(query: JournalQuery): Promise<TaskPage> {
    const limit = pageLimit(query.limit)
    const tasks: TaskRecord[] = []
    let after: number | undefined = query.after ?? 0
    while (after !== undefined && tasks.length < limit) {
      const answer: Extract<ReadAnswer, { what: 'inspect' }> = await this.#ask('inspect', {
        what: 'inspect',
        after,
        limit: limit - tasks.length,
        seqs: query.seqs,
        arm: query.arm === undefined ? undefined : ARM_IDS.indexOf(query.arm),
        type: query.type === undefined ? undefined : this.#types.index(query.type),
        states: stateCodes(query.states),
      })
      for (const task of answer.tasks) tasks.push(recordFrom(task, this.#types))
      after = answer.next
    }
    return { tasks, next: after }
  }

  async get(seq: number): Promise<TaskRecord | undefined> {
    const { task } = await this.#ask('get', { what: 'get', seq })
    return task === undefined ? undefined : recordFrom(task, this.#types)
  }

  async recall(query: TraceQuery & { readonly seq?: number }): Promise<AttemptTrace[]> {
    void query
    void attemptTraces
    return []
  }

  onFailure(failed: (error: Error) => void): void {
    this.#failed = failed
  }

  async close(): Promise<void> {
    while (this.#failure === undefined && (this.#filling ?? this.#inFlight) !== undefined) {
      await (this.#filling ?? this.#inFlight)?.done.catch(() => undefined)
    }
    if (this.#worker === undefined) return
    this.#closing = Promise.withResolvers()
    this.#post({ kind: 'close' })
    await this.#closing.promise
    await this.#worker.terminate()
    this.#worker = undefined
    this.#failure ??= new OctopusError('E_CLOSED', 'the store is closed')
  }

  // ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #write(put: (writer: BatchWriter) => void): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const flush = this.#flush()
    put(flush.writer)
    return flush.done
  }

  /** The flush that is being filled; the first to ask for it sees to it that it leaves. */
  #flush(): Flush {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#filling !== undefined) return this.#filling
    const { promise: done, resolve, reject } = Promise.withResolvers<void>()
    const writer = new BatchWriter(this.#spare)
    this.#spare = undefined
    this.#filling = { writer, newTypes: [], done, resolve, reject, verdicts: undefined }
    if (this.#inFlight === undefined) queueMicrotask(() => process.nextTick(() => this.#send()))
    return this.#filling
  }

  #typeIndex(name: string, flush: Flush): number {
    const index = this.#types.index(name)
    if (index === this.#typesKnown) {
      this.#typesKnown += 1
      flush.newTypes.push(name)
    }
    return index
  }

  #send(): void {
    const flush = this.#filling
    if (flush === undefined || this.#inFlight !== undefined || this.#failure !== undefined) return
    this.#filling = undefined
    this.#inFlight = flush
    const { buffers, wordCount } = flush.writer
    const { words, bytes } = buffers
    const nowMs = this.#options.clock.wallMs()
    this.#post({ kind: 'flush', words, bytes, wordCount, newTypes: flush.newTypes, nowMs }, [
      words.buffer,
      bytes.buffer,
    ])
  }

  #flushed({ verdicts, words, bytes }: Extract<FromStore, { kind: 'flushed' }>): void {
    const flush = this.#inFlight
    this.#inFlight = undefined
    if (words.byteLength + bytes.byteLength <= SPARE_BYTES_MAX) this.#spare = { words, bytes }
    if (flush === undefined) return
    if (verdicts !== undefined) flush.verdicts = verdictMap(verdicts)
    if (this.#filling !== undefined) this.#send()
    flush.resolve()
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async #ask<What extends ReadAnswer['what']>(
    what: What,
    query: ReadQuery,
  ): Promise<Extract<ReadAnswer, { what: What }>> {
    if (this.#failure !== undefined) throw this.#failure
    const call = this.#calls++
    const pending = Promise.withResolvers<ReadAnswer>()
    this.#reads.set(call, pending)
    this.#post({ kind: 'read', call, query })
    const answer = await pending.promise
    if (!answers(answer, what))
      throw new TypeError(`asked the store for ${what}, got ${answer.what}`)
    return answer
  }

  // ── the thread ───────────────────────────────────────────────────────────────────────────────────────────────────

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.resolve('#store-thread')), {
      name: 'octopus-store',
    })
    worker.on('message', (message: FromStore) => this.#heard(message))
    worker.on('error', (error) => this.#fail(storeError(error, this.#options.path)))
    worker.on('exit', () =>
      this.#fail(storeError(new Error('the store thread ended'), this.#options.path)),
    )
    return worker
  }

  #post(message: ToStore, transfer: ArrayBuffer[] = []): void {
    this.#worker?.ref()
    this.#worker?.postMessage(message, transfer)
  }

  #heard(message: FromStore): void {
    switch (message.kind) {
      case 'flushed':
        this.#flushed(message)
        break
      case 'answer':
        this.#reads.get(message.call)?.resolve(message.answer)
        this.#reads.delete(message.call)
        break
      case 'page':
        this.#page(message.page)
        break
      case 'opened':
        for (const name of message.types) this.#types.index(name)
        this.#typesKnown = message.types.length
        this.#opening?.resolve(message.opened)
        this.#opening = undefined
        break
      case 'failed':
        this.#fail(errorFrom(message.error))
        break
      case 'closed':
        this.#closing?.resolve()
    }
    this.#rest()
  }

  /** A store with nothing in flight does not keep the process alive. */
  #rest(): void {
    const waited = this.#inFlight ?? this.#opening ?? this.#closing
    if (waited === undefined && this.#reads.size === 0) this.#worker?.unref()
  }

  #fail(error: Error): void {
    this.#closing?.resolve()
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const waiting of [this.#inFlight, this.#filling, this.#opening, ...this.#reads.values()])
      waiting?.reject(error)
    this.#inFlight = undefined
    this.#filling = undefined
    this.#opening = undefined
    this.#reads.clear()
    this.#failed(error)
  }
}

/** Larger buffers, left by an unusual flush, are not kept. */
const SPARE_BYTES_MAX = 8 * 1024 * 1024

function verdictMap(columns: Float64Array): Map<number, AcceptVerdict> {
  const verdicts = new Map<number, AcceptVerdict>()
  for (let at = 0; at < columns.length; at += VERDICT_WIDTH) {
    const kind = columns[at + 1] === VERDICT.existing ? 'existing' : 'conflict'
    verdicts.set(columns[at] ?? 0, { kind, seq: columns[at + 2] ?? 0 })
  }
  return verdicts
}

function answers<What extends ReadAnswer['what']>(
  answer: ReadAnswer,
  what: What,
): answer is Extract<ReadAnswer, { what: What }> {
  return answer.what === what
}
