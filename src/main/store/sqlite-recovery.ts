import type { DatabaseSync } from 'node:sqlite'
import {
  PENDING_CANCELLED,
  PENDING_CHECKPOINT,
  PENDING_STARTED,
  type PendingPage,
} from './journal.ts'
import { cellNumber } from './sqlite-cells.ts'
import { KEYS_PER_TASK } from './sqlite-schema.ts'
import type { SqliteWriter } from './sqlite-write.ts'

const PAGE = 8_192

/** What is not settled, page by page: the tasks without a final row in their range of `history`. */
export function* pendingPages(
  db: DatabaseSync,
  typeNames: readonly string[],
  notes: SqliteWriter,
): Generator<PendingPage> {
  const tasks = db.prepare(`
    SELECT seq, arm, type, priority, due_at, expires_at FROM task
    WHERE seq > ? AND NOT EXISTS (
      SELECT 1 FROM history
      WHERE key BETWEEN seq * ${KEYS_PER_TASK} AND seq * ${KEYS_PER_TASK} + ${KEYS_PER_TASK - 1}
        AND state <> 4)
    ORDER BY seq LIMIT ${PAGE}`)
  tasks.setReturnArrays(true)
  const retries = db.prepare(
    'SELECT key, due_at FROM history WHERE key BETWEEN ? AND ? AND state = 4',
  )
  retries.setReturnArrays(true)
  for (let after = 0; ;) {
    const rows = tasks.all(after)
    const first = rows[0]
    const last = rows.at(-1)
    if (first === undefined || last === undefined) return
    const page = emptyPage(rows.length, typeNames)
    for (const [at, row] of rows.entries()) fill(page, at, row)
    after = cellNumber(last[0])
    const ended = retries.all(
      cellNumber(first[0]) * KEYS_PER_TASK,
      after * KEYS_PER_TASK + KEYS_PER_TASK - 1,
    )
    addRetries(page, ended)
    addFlags(page, notes)
    yield page
  }
}

type Row = ReturnType<ReturnType<DatabaseSync['prepare']>['all']>[number]

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
    flags: new Uint8Array(count),
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

/** Both sides are in the order of seqs. Rows of tasks that were settled in the end have no place in the page. */
function addRetries(page: PendingPage, ended: readonly Row[]): void {
  let at = 0
  for (const row of ended) {
    const key = cellNumber(row[0])
    const seq = Math.floor(key / KEYS_PER_TASK)
    while (at < page.count && (page.seqs[at] ?? 0) < seq) at += 1
    if (page.seqs[at] !== seq) continue
    page.attempts[at] = key % KEYS_PER_TASK
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
