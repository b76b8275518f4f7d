import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { cellBytes, cellNumber, optionalBytes } from './sqlite-cells.ts'
import type {
  InspectSlice,
  ReadAnswer,
  ReadQuery,
  RecallSlice,
  StoredAttempt,
  StoredRecord,
  StoredSlice,
} from './sqlite-messages.ts'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import { SqliteParents } from './sqlite-parents.ts'
import { STATE_AGAIN } from './outcome-code.ts'

/** Rows one slice looks at, matching or not: a few milliseconds, then flushes get their turn. */
const LOOKED_AT_MAX = 4_000

const TASK = 'seq, arm, type, priority, due_at, dropped, envelope'
const ATTEMPT = `key, state, form, settled_at, due_at, wait_us, dispatch_us, run_us, settle_us, thread, outcome,
  (SELECT lines FROM log WHERE log.key = history.key) AS lines`
/** 4 is "not settled": no attempt yet, one that is repeated, or one before a retry. */
const LAST_STATE = `coalesce((SELECT min(state, 4) FROM history
  WHERE key BETWEEN seq * ${KEYS_PER_TASK} AND seq * ${KEYS_PER_TASK} + ${KEYS_PER_TASK - 1}
  ORDER BY key DESC LIMIT 1), 4)`

type Row = Record<string, SQLOutputValue>

/** Answers questions over a connection that cannot write, one bounded slice at a time. */
export class SqliteReader {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #parents: SqliteParents | undefined

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  answer(query: Exclude<ReadQuery, { what: 'load' }>): ReadAnswer {
    switch (query.what) {
      case 'resolve':
        return { what: 'resolve', seqs: this.resolve(query.ids) }
      case 'inspect':
        return { what: 'inspect', ...this.inspect(query) }
      case 'get':
        return { what: 'get', task: this.record(query.seq) }
      case 'parents':
        return { what: 'parents', results: this.#parentResults(query.children) }
      case 'recall':
        return { what: 'recall', ...this.recall(query) }
      default:
        return query satisfies never
    }
  }

  /** The seqs behind callers' ids; 0 where there is none. */
  resolve(ids: readonly string[]): Float64Array {
    const holder = this.#prepared('SELECT seq FROM caller_id WHERE id = ?')
    return Float64Array.from(ids, (id) => {
      const row = holder.get(id)
      return row === undefined ? 0 : cellNumber(row['seq'])
    })
  }

  record(seq: number): StoredRecord | undefined {
    const row = this.#prepared(`SELECT ${TASK} FROM task WHERE seq = ?`).get(seq)
    return row === undefined ? undefined : this.#storedRecord(row)
  }

  inspect(slice: InspectSlice): StoredSlice {
    if (slice.seqs !== undefined) return this.#inspectSeqs(slice, slice.seqs)
    if (slice.states?.every((state) => state === 2 || state === 3))
      return this.#inspectTrouble(slice)
    return this.#inspectAll(slice)
  }

  /**
   * Attempts of a task, or of the last accepted ones, newest first. There is no index by time: attempts end nearly in the
   * order their tasks were accepted, so the newest are among the last few thousand.
   */
  recall(slice: RecallSlice): StoredSlice {
    const { seq, before, limit } = slice
    const [looked, lowest] = seq === undefined ? this.#keysBefore(before) : [0, firstKey(seq)]
    const [filters, values] = recallFilters(slice)
    const highest = seq === undefined ? before - 1 : Math.min(before - 1, lastKey(seq))
    const rows = this.#prepared(
      `SELECT key FROM history WHERE key BETWEEN ? AND ? ${filters} ORDER BY settled_at DESC, key DESC LIMIT ?`,
    ).all(lowest, highest, ...values, limit)
    const keys = rows.map((row) => cellNumber(row['key']))
    return { tasks: this.#attemptsAt(keys), next: looked === LOOKED_AT_MAX ? lowest : undefined }
  }

  #inspectSeqs(slice: InspectSlice, seqs: readonly number[]): StoredSlice {
    const wanted = [...new Set(seqs)].filter((seq) => seq > slice.after).sort((a, b) => a - b)
    const page = wanted.slice(0, slice.limit)
    const tasks = page.map((seq) => this.record(seq)).filter((task) => task !== undefined)
    const next = wanted.length > page.length ? page.at(-1) : undefined
    return { tasks: tasks.filter((task) => matches(task, slice)), next }
  }

  /** Failed and cancelled tasks are few and have an index of their own. */
  #inspectTrouble(slice: InspectSlice): StoredSlice {
    const [filters, values] = taskFilters(slice)
    const rows = this.#prepared(
      `SELECT ${columnsOf('task', TASK)} FROM history INDEXED BY history_trouble
       JOIN task ON task.seq = key / ${KEYS_PER_TASK}
       WHERE history.state IN (2, 3) AND history.state IN (${slice.states?.join(',') ?? ''})
         AND key >= ? ${filters} ORDER BY key LIMIT ?`,
    ).all(firstKey(slice.after + 1), ...values, slice.limit)
    const tasks = rows.map((row) => this.#storedRecord(row))
    return { tasks, next: tasks.length < slice.limit ? undefined : tasks.at(-1)?.seq }
  }

  #inspectAll(slice: InspectSlice): StoredSlice {
    const [looked, highest] = this.#seqsAfter(slice.after)
    const [filters, values] = taskFilters(slice)
    const states =
      slice.states === undefined ? '' : `AND ${LAST_STATE} IN (${stateList(slice.states)})`
    const rows = this.#prepared(
      `SELECT ${TASK} FROM task WHERE seq > ? AND seq <= ? ${filters} ${states} ORDER BY seq LIMIT ?`,
    ).all(slice.after, highest, ...values, slice.limit)
    const tasks = rows.map((row) => this.#storedRecord(row))
    if (tasks.length === slice.limit) return { tasks, next: tasks.at(-1)?.seq }
    return { tasks, next: looked < LOOKED_AT_MAX ? undefined : highest }
  }

  #seqsAfter(after: number): [looked: number, highest: number] {
    const row = this.#prepared(
      `SELECT count(*) AS looked, coalesce(max(seq), 0) AS edge FROM
       (SELECT seq FROM task WHERE seq > ? ORDER BY seq LIMIT ${LOOKED_AT_MAX})`,
    ).get(after)
    return [cellNumber(row?.['looked']), cellNumber(row?.['edge'])]
  }

  #keysBefore(before: number): [looked: number, lowest: number] {
    const row = this.#prepared(
      `SELECT count(*) AS looked, coalesce(min(key), 0) AS edge FROM
       (SELECT key FROM history WHERE key < ? ORDER BY key DESC LIMIT ${LOOKED_AT_MAX})`,
    ).get(before)
    return [cellNumber(row?.['looked']), cellNumber(row?.['edge'])]
  }

  /** Each attempt as a record of its task with that attempt alone. */
  #attemptsAt(keys: readonly number[]): StoredRecord[] {
    const task = this.#prepared(`SELECT ${TASK} FROM task WHERE seq = ?`)
    const attempt = this.#prepared(`SELECT ${ATTEMPT} FROM history WHERE key = ?`)
    return keys.flatMap((key) => {
      const taskRow = task.get(Math.floor(key / KEYS_PER_TASK))
      const row = attempt.get(key)
      if (taskRow === undefined || row === undefined) return []
      return [storedRecord(taskRow, [storedAttempt(row)])]
    })
  }

  #parentResults(children: readonly number[]): Uint8Array[] {
    this.#parents ??= new SqliteParents(this.#db)
    return this.#parents.of(children)
  }

  #storedRecord(row: Row): StoredRecord {
    const seq = cellNumber(row['seq'])
    const attempts = this.#prepared(
      `SELECT ${ATTEMPT} FROM history WHERE key BETWEEN ? AND ? ORDER BY key`,
    ).all(firstKey(seq), lastKey(seq))
    return storedRecord(row, attempts.map(storedAttempt))
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

type Filters = readonly [sql: string, values: readonly SQLInputValue[]]

function taskFilters({
  arm,
  type,
  envelopePart,
}: Pick<InspectSlice, 'arm' | 'type'> & Partial<Pick<InspectSlice, 'envelopePart'>>): Filters {
  const given: readonly (readonly [sql: string, value: SQLInputValue | undefined])[] = [
    ['AND task.arm = ?', arm],
    ['AND task.type = ?', type],
    ['AND instr(task.envelope, ?) > 0', envelopePart],
  ]
  const chosen = given.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]))
  return [chosen.map(({ sql }) => sql).join(' '), chosen.map(({ value }) => value)]
}

function recallFilters(slice: RecallSlice): Filters {
  const [task, values] = taskFilters(slice)
  const ofTask = `AND EXISTS (SELECT 1 FROM task WHERE seq = key / ${KEYS_PER_TASK} ${task})`
  const outcome = { any: '', succeeded: 'AND state IN (1, 7)', failed: 'AND state NOT IN (1, 7)' }[
    slice.outcome
  ]
  const sql = `AND settled_at >= ? AND settled_at <= ? ${outcome} ${task === '' ? '' : ofTask}`
  return [sql, [slice.sinceMs, slice.untilMs, ...values]]
}

function stateList(states: readonly number[]): string {
  return states.map((state) => (state === 0 ? 4 : state)).join(',')
}

function matches(task: StoredRecord, { arm, type, states }: InspectSlice): boolean {
  if (arm !== undefined && task.arm !== arm) return false
  if (type !== undefined && task.type !== type) return false
  const state = task.attempts.at(-1)?.state ?? STATE_AGAIN
  return states === undefined || states.includes(state >= STATE_AGAIN ? 0 : state)
}

function columnsOf(table: string, columns: string): string {
  return columns.replaceAll(/\w+/g, `${table}.$&`)
}

function storedRecord(row: Row, attempts: readonly StoredAttempt[]): StoredRecord {
  return {
    seq: cellNumber(row['seq']),
    arm: cellNumber(row['arm']),
    type: cellNumber(row['type']),
    priority: cellNumber(row['priority']),
    dueAtMs: cellNumber(row['due_at']),
    dropped: row['dropped'] === 1,
    envelope: cellBytes(row['envelope']),
    attempts,
  }
}

function storedAttempt(row: Row): StoredAttempt {
  return {
    attempt: cellNumber(row['key']) % KEYS_PER_TASK,
    state: cellNumber(row['state']),
    form: cellNumber(row['form']),
    settledAtMs: cellNumber(row['settled_at']),
    dueAtMs: cellNumber(row['due_at']),
    waitUs: cellNumber(row['wait_us']),
    dispatchUs: cellNumber(row['dispatch_us']),
    runUs: cellNumber(row['run_us']),
    settleUs: cellNumber(row['settle_us']),
    threadId: cellNumber(row['thread']),
    outcome: optionalBytes(row['outcome']),
    logs: optionalBytes(row['lines']),
  }
}
