import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ON_PARENT_FAILURE } from '../../protocol/task.ts'
import { cellBytes, cellNumber } from './sqlite-cells.ts'
import { OP, type BatchReader } from './sqlite-batch.ts'
import { MultiInsert } from './sqlite-insert.ts'
import { RETRY, VERDICT } from './sqlite-messages.ts'
import type { Parents } from './journal.ts'
import { KEYS_PER_TASK } from './history-key.ts'
import { SqliteDependencies } from './sqlite-dependencies.ts'
import { SqliteRetry } from './sqlite-retry.ts'
import { SideRows } from './sqlite-side-rows.ts'
import { STATE, STATE_AGAIN } from './outcome-code.ts'

export const TASK_COLUMNS = ['seq', 'arm', 'type', 'priority', 'due_at', 'expires_at', 'envelope']
export const HISTORY_COLUMNS = [
  'key',
  'state',
  'form',
  'settled_at',
  'due_at',
  'wait_us',
  'dispatch_us',
  'run_us',
  'settle_us',
  'thread',
  'outcome',
]

/** What main must hear of a flush beside its end; see VERDICT_WIDTH and RETRY_WIDTH. */
export interface Applied {
  readonly verdicts: Float64Array | undefined
  readonly retries: Float64Array | undefined
  readonly parents: ReadonlyMap<number, Parents> | undefined
}

interface RefusedRow {
  readonly row: number
  readonly why: number
  readonly at: number
}

/** Applies flushes: everything of one flush in one transaction, durable when `apply` returns. */
export class SqliteWriter {
  readonly started: SideRows
  readonly checkpoints: SideRows
  readonly cancelRequests: SideRows
  readonly suspects: SideRows
  readonly levels: SideRows
  readonly dependencies: SqliteDependencies
  readonly #db: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #tasks: MultiInsert
  readonly #history: MultiInsert
  readonly #logs: MultiInsert
  readonly #type: StatementSync
  readonly #claimId: StatementSync
  readonly #idHolder: StatementSync
  readonly #trace: StatementSync
  readonly #retry: SqliteRetry
  #typeCount: number
  #verdicts: number[] = []
  #retries: number[] = []
  #parents = new Map<number, Parents>()
  #accepted = 0

  constructor(db: DatabaseSync, typeCount: number) {
    this.#db = db
    this.#typeCount = typeCount
    this.started = new SideRows(db, 'started', 'attempt')
    this.checkpoints = new SideRows(db, 'checkpoint', 'value')
    this.cancelRequests = new SideRows(db, 'cancel_request')
    this.suspects = new SideRows(db, 'suspect', 'count')
    this.levels = new SideRows(db, 'level', 'level')
    this.dependencies = new SqliteDependencies(db)
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#tasks = new MultiInsert(db, 'task', TASK_COLUMNS)
    this.#history = new MultiInsert(db, 'history', HISTORY_COLUMNS)
    this.#logs = new MultiInsert(db, 'log', ['key', 'lines'])
    this.#type = db.prepare('INSERT INTO type(id, name) VALUES (?, ?)')
    this.#claimId = db.prepare(
      'INSERT INTO caller_id(id, seq, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#idHolder = db.prepare('SELECT seq, hash FROM caller_id WHERE id = ?')
    this.#trace = db.prepare('INSERT INTO trace(at, source, body) VALUES (?, ?, ?)')
    this.#retry = new SqliteRetry(db, this.dependencies)
  }

  /** Returns the verdicts on accepted rows whose id was taken, and on retries; undefined where there are none. */
  apply(batch: BatchReader, newTypes: readonly string[]): Applied {
    this.#verdicts = []
    this.#retries = []
    this.#parents = new Map()
    this.#accepted = 0
    this.transaction(() => {
      for (const name of newTypes) this.#type.run(this.#typeCount++, name)
      for (let op = batch.next(); op !== 0; op = batch.next()) this.#one(op, batch)
      this.#writeGathered()
    })
    const parents = this.#parents.size === 0 ? undefined : this.#parents
    return { verdicts: columns(this.#verdicts), retries: columns(this.#retries), parents }
  }

  /** Durable when it returns. When it throws, nothing of it is in the file and the connection must not be used again. */
  transaction(work: () => void): void {
    this.#begin.run()
    work()
    this.#commit.run()
  }

  /** For what may be done again after power loss. It is still in order: a later synced commit takes it along. */
  unsynced(work: () => void): void {
    this.#db.exec('PRAGMA synchronous = NORMAL')
    this.transaction(work)
    this.#db.exec('PRAGMA synchronous = FULL')
  }

  #one(op: number, batch: BatchReader): void {
    switch (op) {
      case OP.settle:
        return this.#settle(batch)
      case OP.settleWith:
        return this.#settleWith(batch)
      case OP.accept:
        return this.#accept(batch, batch.take(batch.word(7)))
      case OP.acceptNamed:
        return this.#acceptNamed(batch)
      case OP.acceptLinked:
        return this.#acceptLinked(batch)
      case OP.start:
        return this.started.put(batch.word(1), batch.word(2))
      case OP.checkpoint:
        return this.checkpoints.put(batch.word(1), batch.take(batch.word(2)))
      case OP.cancel:
        return this.cancelRequests.put(batch.word(1))
      case OP.retry:
        return this.#retryTask(batch.word(1))
      case OP.trace:
        return this.#remember(batch)
      default:
        throw new RangeError(`no operation has the code ${op}`)
    }
  }

  #writeGathered(): void {
    this.#tasks.flush()
    this.#history.flush()
    this.#logs.flush()
  }

  #retryTask(seq: number): void {
    this.#writeGathered()
    const retried = this.#retry.retry(seq)
    const { kind, arm = 0, type = 0, priority = 0, attempts = 0, level = 0 } = retried
    this.#retries.push(kind, arm, type, priority, attempts, level)
    if (kind !== RETRY.retried) return
    // A note that came in after its task had ended was about the earlier run.
    this.#forgetNotes(seq)
    if (level > 0) this.levels.put(seq, level)
    const parents = retried.relink?.()
    if (parents !== undefined) this.#parents.set(seq, parents)
  }

  #accept(batch: BatchReader, envelope: Uint8Array): void {
    this.#tasks.cells.push(
      batch.word(1),
      batch.word(2),
      batch.word(3),
      batch.word(4),
      batch.word(5),
      batch.word(6),
      envelope,
    )
    this.#tasks.added()
    this.#accepted += 1
  }

  #acceptNamed(batch: BatchReader): void {
    const envelope = batch.take(batch.word(7))
    const id = batch.takeText(batch.word(8))
    const hash = batch.take(batch.word(9))
    if (this.#claimId.run(id, batch.word(1), hash).changes === 1)
      return this.#accept(batch, envelope)
    this.#taken(this.#idHolder.get(id), hash)
  }

  #taken(holder: ReturnType<StatementSync['get']>, hash: Uint8Array): void {
    const same = Buffer.compare(cellBytes(holder?.['hash']), hash) === 0
    const verdict = same ? VERDICT.existing : VERDICT.conflict
    this.#verdicts.push(this.#accepted, verdict, cellNumber(holder?.['seq']))
    this.#accepted += 1
  }

  #acceptLinked(batch: BatchReader): void {
    const envelope = batch.take(batch.word(7))
    const id = batch.takeText(batch.word(8))
    const hash = batch.take(batch.word(9))
    const parentIds = parentsIn(batch.takeText(batch.word(12)))
    const holder = id === '' ? undefined : this.#idHolder.get(id)
    if (holder !== undefined) return this.#taken(holder, hash)
    this.#writeGathered()
    const resolved = this.dependencies.resolve(parentIds)
    const parents = resolved.filter((seq) => seq !== undefined)
    if (parents.length < resolved.length) {
      this.#verdicts.push(this.#accepted, VERDICT.unknownParent, resolved.indexOf(undefined))
      this.#accepted += 1
      return
    }
    const seq = batch.word(1)
    if (id !== '') this.#claimId.run(id, seq, hash)
    this.#accept(batch, envelope)
    if (batch.word(10) > 0) this.levels.put(seq, batch.word(10))
    const onFailure = ON_PARENT_FAILURE[batch.word(11)] ?? 'skip'
    if (parents.length > 0)
      this.#parents.set(seq, this.dependencies.link(seq, onFailure, [...new Set(parents)]))
  }

  /** One row that cannot be accepted, and nothing of it is written. */
  #settleWith(batch: BatchReader): void {
    const start = batch.place
    const brought = batch.word(14)
    const [whole, firstPart, parts] = [1, 15, 16].map((at) => batch.word(at))
    const refused = this.#refusedAmong(batch, brought)
    if (refused !== undefined) {
      this.#verdicts.push(this.#accepted + refused.row, refused.why, refused.at)
      this.#accepted += brought
      return
    }
    batch.goBack(start)
    this.#settle(batch)
    for (let row = 0; row < brought; row++) this.#one(batch.next(), batch)
    this.dependencies.split(whole ?? 0, firstPart ?? 0, parts ?? 0)
  }

  /** Reads over a settle and its rows; leaves the batch behind them. */
  #refusedAmong(batch: BatchReader, rows: number): RefusedRow | undefined {
    const hashes = new Map<string, Uint8Array>()
    let found: RefusedRow | undefined
    batch.take(batch.word(12))
    batch.take(batch.word(13))
    for (let row = 0; row < rows; row++) {
      const op = batch.next()
      const seq = batch.word(1)
      batch.take(batch.word(7))
      if (op === OP.accept) continue
      const id = batch.takeText(batch.word(8))
      const hash = batch.take(batch.word(9))
      const parents = op === OP.acceptLinked ? parentsIn(batch.takeText(batch.word(12))) : []
      const unknown = parents.length === 0 ? -1 : this.#unknownAmong(parents, hashes)
      if (unknown >= 0) found ??= { row, why: VERDICT.unknownParent, at: unknown }
      if (id === '') continue
      const holder = this.#idHolder.get(id)
      const taken = holder === undefined ? hashes.get(id) : cellBytes(holder['hash'])
      hashes.set(id, hash)
      if (taken !== undefined && Buffer.compare(taken, hash) !== 0) {
        const at = holder === undefined ? seq : cellNumber(holder['seq'])
        found ??= { row, why: VERDICT.conflict, at }
      }
    }
    return found
  }

  /** The place of a parent that is neither in the store nor among the rows before; -1 when there is none. */
  #unknownAmong(parents: readonly string[], before: ReadonlyMap<string, unknown>): number {
    this.#writeGathered()
    const seqs = this.dependencies.resolve(parents)
    return parents.findIndex((id, at) => seqs[at] === undefined && !before.has(id))
  }

  #settle(batch: BatchReader): void {
    const seq = batch.word(1)
    const key = seq * KEYS_PER_TASK + batch.word(2)
    const state = batch.word(3)
    const outcomeLength = batch.word(12)
    this.#history.cells.push(
      key,
      state,
      batch.word(4),
      batch.word(5),
      batch.word(6),
      batch.word(7),
      batch.word(8),
      batch.word(9),
      batch.word(10),
      batch.word(11),
      outcomeLength === 0 ? null : batch.take(outcomeLength),
    )
    this.#history.added()
    if (batch.word(13) > 0) this.#keepLogs(key, batch.take(batch.word(13)))
    if (state < STATE_AGAIN) this.#forgetNotes(seq)
    // It ended well; and a suspect runs at once, where this one must wait.
    else if (state === STATE.blocked) this.suspects.forget(seq)
  }

  #keepLogs(key: number, lines: Uint8Array): void {
    this.#logs.cells.push(key, lines)
    this.#logs.added()
  }

  #forgetNotes(seq: number): void {
    this.started.forget(seq)
    this.checkpoints.forget(seq)
    this.cancelRequests.forget(seq)
    this.suspects.forget(seq)
    this.levels.forget(seq)
    this.dependencies.forget(seq)
  }

  #remember(batch: BatchReader): void {
    const source = batch.takeText(batch.word(2))
    this.#trace.run(batch.word(1), source, batch.take(batch.word(3)))
  }
}

function columns(numbers: readonly number[]): Float64Array | undefined {
  return numbers.length === 0 ? undefined : Float64Array.from(numbers)
}

/** JSON that `BatchWriter` made: an array of strings, or nothing. */
function parentsIn(text: string): string[] {
  const parsed: unknown = text === '' ? [] : JSON.parse(text)
  return Array.isArray(parsed) ? parsed.map(String) : []
}
