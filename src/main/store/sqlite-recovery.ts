import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  PENDING_CANCELLED,
  PENDING_CHECKPOINT,
  PENDING_STARTED,
  type Parents,
  type PendingPage,
} from './journal.ts'
import { cellNumber } from './sqlite-cells.ts'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import { isRetried, STATE } from './outcome-code.ts'
import { highestSeq, NOT_SETTLED, readMeta, writeMeta } from './sqlite-schema.ts'
import type { SqliteWriter } from './sqlite-write.ts'

const PAGE = 8_192

/** More are not written down one by one: then the next recovery scans from the oldest of them. */
const STRAGGLERS_MAX = 100_000

/**
 * What is not settled, page by page: the tasks without a final row in their range of the history.
 *
 * Settled tasks stay for days, so a scan of everything would take longer the more was done. A watermark says from where
 * on it must scan; what waited below it when it was last moved is listed in `straggler`.
 */
export class Recovery {
  readonly #db: DatabaseSync
  readonly #notes: SqliteWriter
  readonly #typeNames: readonly string[]
  readonly #ended: StatementSync
  #pending: number[] = []
  #count = 0
  #lowest = Infinity

  constructor(db: DatabaseSync, notes: SqliteWriter, typeNames: readonly string[]) {
    this.#db = db
    this.#notes = notes
    this.#typeNames = typeNames
    this.#ended = db.prepare(
      'SELECT key, due_at, state FROM history WHERE key BETWEEN ? AND ? AND state >= 4 ORDER BY key',
    )
    this.#ended.setReturnArrays(true)
  }

  *pages(): Generator<PendingPage> {
    const scanFrom = readMeta(this.#db, 'scan_from') ?? 1
    yield* this.#pagesOf('straggler JOIN task USING (seq)', 0)
    yield* this.#pagesOf('task', scanFrom - 1)
    this.#moveWatermark()
  }

  *#pagesOf(source: string, start: number): Generator<PendingPage> {
    const select = this.#db.prepare(
      `SELECT seq, arm, type, priority, due_at, expires_at FROM ${source}
       WHERE seq > ? AND ${NOT_SETTLED} ORDER BY seq LIMIT ${PAGE}`,
    )
    select.setReturnArrays(true)
    for (let after = start; ;) {
      const rows = select.all(after)
      if (rows.length === 0) return
      const page = this.#page(rows)
      after = page.seqs[page.count - 1] ?? 0
      this.#note(page)
      yield page
    }
  }

  #page(rows: readonly Row[]): PendingPage {
    const page = emptyPage(rows.length, this.#typeNames)
    for (const [at, row] of rows.entries()) fill(page, at, row)
    const first = firstKey(page.seqs[0] ?? 0)
    addAttempts(page, this.#ended.all(first, lastKey(page.seqs[page.count - 1] ?? 0)))
    addFlags(page, this.#notes)
    return withLinks(page, this.#notes)
  }

  #note({ seqs, count }: PendingPage): void {
    this.#lowest = Math.min(this.#lowest, seqs[0] ?? Infinity)
    this.#count += count
    if (this.#count <= STRAGGLERS_MAX) this.#pending.push(...seqs)
  }

  #moveWatermark(): void {
    const few = this.#count <= STRAGGLERS_MAX
    const insert = this.#db.prepare('INSERT INTO straggler(seq) VALUES (?)')
    this.#notes.unsynced(() => {
      this.#db.exec('DELETE FROM straggler')
      if (few) for (const seq of this.#pending) insert.run(seq)
      writeMeta(this.#db, 'scan_from', few ? highestSeq(this.#db) + 1 : this.#lowest)
    })
    this.#pending = []
  }
}

type Row = ReturnType<StatementSync['all']>[number]

function emptyPage(count: number, typeNames: readonly string[]): PendingPage {
  return {
    count,
    seqs: new Float64Array(count),
    arms: new Uint8Array(count),
    priorities: new Uint8Array(count),
    types: new Uint16Array(count),
    typeNames,
    dueAtMs: new Float64Array(count),
    expiresAtMs: new Float64Array(count),
    attempts: new Uint16Array(count),
    attemptsBefore: new Uint16Array(count),
    flags: new Uint8Array(count),
    levels: new Uint32Array(count),
    parents: new Map(),
  }
}

function fill(page: PendingPage, at: number, row: Row): void {
  page.seqs[at] = cellNumber(row[0])
  page.arms[at] = cellNumber(row[1])
  page.types[at] = cellNumber(row[2])
  page.priorities[at] = cellNumber(row[3])
  page.dueAtMs[at] = cellNumber(row[4])
  page.expiresAtMs[at] = cellNumber(row[5])
}

/** Both sides are in the order of seqs. Attempts of tasks that were settled in the end have no place in the page. */
function addAttempts(page: PendingPage, ended: readonly Row[]): void {
  let at = 0
  for (const row of ended) {
    const key = cellNumber(row[0])
    const seq = Math.floor(key / KEYS_PER_TASK)
    while (at < page.count && (page.seqs[at] ?? 0) < seq) at += 1
    if (page.seqs[at] !== seq) continue
    page.attempts[at] = key % KEYS_PER_TASK
    const state = cellNumber(row[2])
    if (isRetried(state)) page.attemptsBefore[at] = key % KEYS_PER_TASK
    else if (state === STATE.blocked) page.attemptsBefore[at] = (page.attemptsBefore[at] ?? 0) + 1
    page.dueAtMs[at] = cellNumber(row[1])
  }
}

function addFlags(page: PendingPage, notes: SqliteWriter): void {
  for (let at = 0; at < page.count; at++) {
    const seq = page.seqs[at] ?? 0
    let flags = 0
    if (notes.started.get(seq) === (page.attempts[at] ?? 0) + 1) flags |= PENDING_STARTED
    if (notes.cancelRequests.has(seq)) flags |= PENDING_CANCELLED
    if (notes.checkpoints.has(seq)) flags |= PENDING_CHECKPOINT
    page.flags[at] = flags
  }
}

function withLinks(page: PendingPage, { levels, dependencies }: SqliteWriter): PendingPage {
  const parents = new Map<number, Parents>()
  for (let at = 0; at < page.count; at++) {
    const seq = page.seqs[at] ?? 0
    page.levels[at] = levels.get(seq) ?? 0
    const own = dependencies.parentsOf(seq)
    if (own !== undefined) parents.set(seq, own)
  }
  return { ...page, parents }
}
