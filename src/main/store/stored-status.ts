import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ARM_IDS, type ArmId } from '../../protocol/task.ts'
import { KEYS_PER_TASK } from './history-key.ts'
import { cellNumber } from './sqlite-cells.ts'
import { NOT_ENDED, NOT_SETTLED, readMeta } from './sqlite-schema.ts'

/** What the file says of one arm, without an engine. */
export interface StoredArm {
  readonly id: ArmId
  readonly ready: number
  readonly scheduled: number
  /** Waiting for other tasks. */
  readonly blocked: number
  /** Noted by a thread as begun and not settled: running, or interrupted when the owner is dead. */
  readonly begun: number
  /** Ends among the last attempts on record, see `attemptsSeen`. */
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  /** Ready until started, and run, of those attempts, in microseconds. */
  readonly wait: StoredSpans
  readonly run: StoredSpans
}

export interface StoredSpans {
  readonly count: number
  readonly p50Us: number
  readonly p99Us: number
}

export interface StoredArms {
  readonly arms: readonly StoredArm[]
  /** How many attempts the ends and spans are taken from, the newest; `attemptsWhole` when those are all. */
  readonly attemptsSeen: number
  readonly attemptsWhole: boolean
}

/** A read of this many tasks takes a few milliseconds: a living owner's checkpoint does not wait long behind it. */
const SLICE_TASKS = 8_192
/** Enough for a 99th percentile of every busy arm; about 10 ms. */
const ATTEMPTS_SEEN_MAX = 10_000

/** Counts what waits and looks through the last attempts, in reads of bounded size. */
export function readArms(db: DatabaseSync, begun: readonly number[], nowMs: number): StoredArms {
  const counts = ARM_IDS.map(() => emptyCounts())
  countWaiting(db, counts, nowMs)
  countBlocked(db, counts, nowMs)
  countBegun(db, counts, begun)
  const attemptsSeen = readAttempts(db, counts)
  const arms = ARM_IDS.map((id, at) => storedArm(id, counts[at] ?? emptyCounts()))
  return { arms, attemptsSeen, attemptsWhole: attemptsSeen < ATTEMPTS_SEEN_MAX }
}

interface Counts {
  ready: number
  scheduled: number
  blocked: number
  begun: number
  readonly ends: number[]
  readonly waitUs: number[]
  readonly runUs: number[]
}

function emptyCounts(): Counts {
  return {
    ready: 0,
    scheduled: 0,
    blocked: 0,
    begun: 0,
    ends: [0, 0, 0, 0, 0],
    waitUs: [],
    runUs: [],
  }
}

const DUE = `coalesce((SELECT due_at FROM history
  WHERE key BETWEEN seq * ${KEYS_PER_TASK} AND seq * ${KEYS_PER_TASK} + ${KEYS_PER_TASK - 1}
  ORDER BY key DESC LIMIT 1), task.due_at)`

/** As recovery finds it: what waited when the last owner opened the file, and all that came later. */
function countWaiting(db: DatabaseSync, counts: readonly Counts[], nowMs: number): void {
  const scanFrom = readMeta(db, 'scan_from') ?? 1
  for (const [source, start] of [
    ['straggler JOIN task USING (seq)', 0],
    ['task', scanFrom - 1],
  ] as const) {
    const edge = arrays(
      db,
      `SELECT max(seq) FROM (SELECT seq FROM ${source} WHERE seq > ? ORDER BY seq LIMIT ${SLICE_TASKS})`,
    )
    const slice = arrays(
      db,
      `SELECT arm, ${DUE} > ? AS later, count(*) FROM ${source}
       WHERE seq > ? AND seq <= ? AND ${NOT_SETTLED} GROUP BY 1, 2`,
    )
    for (let after = start; ;) {
      const last = edge.get(after)?.[0]
      if (typeof last !== 'number') break
      for (const row of slice.all(nowMs, after, last)) addWaiting(counts, row)
      after = last
    }
  }
}

function addWaiting(counts: readonly Counts[], row: Row): void {
  const arm = counts[cellNumber(row[0])]
  if (arm === undefined) return
  if (row[1] === 1) arm.scheduled += cellNumber(row[2])
  else arm.ready += cellNumber(row[2])
}

/** Those that wait for others were counted as ready, or as later when they are due later too. */
function countBlocked(db: DatabaseSync, counts: readonly Counts[], nowMs: number): void {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'dependency'").get()
  if (known === undefined) return
  const rows = arrays(
    db,
    `SELECT arm, ${DUE} > ?, count(*) FROM task WHERE ${NOT_SETTLED} AND seq IN (
       SELECT child FROM dependency WHERE ${NOT_ENDED}) GROUP BY 1, 2`,
  ).all(nowMs)
  for (const row of rows) {
    const arm = counts[cellNumber(row[0])]
    if (arm === undefined) continue
    const blocked = cellNumber(row[2])
    arm.blocked += blocked
    if (row[1] === 1) arm.scheduled -= blocked
    else arm.ready -= blocked
  }
}

/** What a thread has begun was counted as waiting: the file knows no more of it than that it is not settled. */
function countBegun(db: DatabaseSync, counts: readonly Counts[], begun: readonly number[]): void {
  const find = arrays(db, `SELECT arm FROM task WHERE seq = ? AND ${NOT_SETTLED}`)
  for (const seq of new Set(begun)) {
    const arm = counts[Number(find.get(seq)?.[0] ?? -1)]
    if (arm === undefined) continue
    arm.begun += 1
    arm.ready = Math.max(0, arm.ready - 1)
  }
}

/** From state 4 on (outcome-code.ts) an attempt has not ended its task: it is repeated, or was given another run. */
function readAttempts(db: DatabaseSync, counts: readonly Counts[]): number {
  const rows = arrays(
    db,
    `SELECT arm, min(state, 4), wait_us + dispatch_us, run_us, thread
     FROM (SELECT key, state, wait_us, dispatch_us, run_us, thread FROM history ORDER BY key DESC LIMIT ?)
     JOIN task ON task.seq = key / ${KEYS_PER_TASK}`,
  ).all(ATTEMPTS_SEEN_MAX)
  for (const row of rows) {
    const arm = counts[cellNumber(row[0])]
    if (arm === undefined) continue
    const state = cellNumber(row[1])
    arm.ends[state] = (arm.ends[state] ?? 0) + 1
    // What was cancelled before it started has an end and no times.
    if (cellNumber(row[4]) === 0) continue
    arm.waitUs.push(cellNumber(row[2]))
    arm.runUs.push(cellNumber(row[3]))
  }
  return rows.length
}

function storedArm(id: ArmId, counts: Counts): StoredArm {
  const { ready, scheduled, blocked, begun, ends, waitUs, runUs } = counts
  const [, succeeded = 0, failed = 0, cancelled = 0] = ends
  const [wait, run] = [spans(waitUs), spans(runUs)]
  return { id, ready, scheduled, blocked, begun, succeeded, failed, cancelled, wait, run }
}

function spans(values: readonly number[]): StoredSpans {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0
  return { count: sorted.length, p50Us: at(0.5), p99Us: at(0.99) }
}

/** Of these seqs, those that are not settled. */
export function unsettled(db: DatabaseSync, seqs: readonly number[]): number[] {
  const find = arrays(db, `SELECT 1 FROM task WHERE seq = ? AND ${NOT_SETTLED}`)
  return seqs.filter((seq) => find.get(seq) !== undefined)
}

type Row = ReturnType<StatementSync['all']>[number]

function arrays(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}
