import { ARM_IDS, type ArmId, type Catalog } from '../../main/index.ts'
import type { ExitCode } from '../exit-codes.ts'
import { normalised } from './failure-kinds.ts'
import type { RootCause } from './root-causes.ts'
import type { RowsBefore } from './rows-before.ts'
import type { SessionEnd } from './session.ts'
import type { StopReason } from './stop.ts'
import { overOf, type Tally } from './tally.ts'

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}

export interface ArmSummary {
  readonly arm: ArmId
  readonly ok: number
  readonly failed: number
  readonly cancelled: number
  /** Attempts that failed and were repeated. */
  readonly retried: number
  /** Ready until started. */
  readonly waitMs: Percentiles
  readonly runMs: Percentiles
}

export interface KindSummary {
  readonly type: string
  readonly arm: string
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly example: {
    readonly row: string
    readonly line: number | undefined
    readonly error: string
  }
}

/** What a run came to; the last line of `--json` and the file of `--summary`. Fields are stable as those of the events. */
export interface RunSummary {
  readonly v: 1
  readonly ev: 'run.summary'
  readonly run: string
  readonly file: string
  /** The function, of a map. */
  readonly map?: string
  readonly resumed: boolean
  readonly stopped: StopReason | undefined
  readonly exitCode: ExitCode
  readonly ok: number
  readonly failed: number
  readonly cancelled: number
  /** Rows that did not run because one they wait for did not succeed. */
  readonly skipped: number
  readonly retried: number
  /** Rows that are not over: they wait for --resume. */
  readonly left: number
  /** Rows that were over before this session began. */
  readonly doneBefore: number
  readonly failedBefore: number
  readonly invalid: number
  readonly filtered: number
  /** Inputs of a map that had succeeded as they are. */
  readonly unchanged?: number
  readonly wallMs: number
  readonly tasksPerSecond: number
  /** Thread time spent in handlers. */
  readonly busyMs: number
  /** Of the arms that had rows. */
  readonly threads: number
  readonly arms: readonly ArmSummary[]
  readonly failures: readonly KindSummary[]
  readonly rootCauses: readonly RootCause[]
  readonly otherTasks: number
}

export interface SummaryParts {
  readonly run: string
  readonly file: string
  readonly map?: string
  readonly resumed: boolean
  readonly exitCode: ExitCode
  readonly end: SessionEnd
  readonly tally: Tally
  readonly before: Pick<RowsBefore, 'doneBefore' | 'failedBefore'>
  readonly invalid: number
  readonly filtered: number
  readonly unchanged?: number
  readonly rootCauses?: readonly RootCause[]
  readonly catalog: Catalog
}

export function summarise(parts: SummaryParts): RunSummary {
  const { run, file, resumed, exitCode, end, tally, before, invalid, filtered, catalog } = parts
  const { map, unchanged, rootCauses = [] } = parts
  const used = ARM_IDS.filter((arm) => overOf(armOf(tally, arm)) > 0)
  return {
    v: 1,
    ev: 'run.summary',
    run,
    file,
    ...(map === undefined ? {} : { map }),
    resumed,
    stopped: end.stopped,
    exitCode,
    ok: tally.sum('ok'),
    failed: tally.sum('failed'),
    cancelled: tally.sum('cancelled'),
    skipped: tally.sum('skipped'),
    retried: tally.sum('retried'),
    left: end.left,
    doneBefore: before.doneBefore,
    failedBefore: before.failedBefore,
    invalid,
    filtered,
    ...(unchanged === undefined ? {} : { unchanged }),
    wallMs: Math.round(end.wallMs),
    tasksPerSecond: Math.round((tally.over / end.wallMs) * 10_000) / 10,
    busyMs: Math.round(tally.busyMs),
    threads: used.reduce((sum, arm) => sum + catalog.threads(arm), 0),
    arms: used.map((arm) => armSummary(tally, arm)),
    failures: kindsOf(tally),
    rootCauses,
    otherTasks: tally.others,
  }
}

function armOf(tally: Tally, arm: ArmId): Parameters<typeof overOf>[0] {
  const found = tally.arms.get(arm)
  if (found === undefined) throw new RangeError(`no arm ${arm}`)
  return found
}

function armSummary(tally: Tally, arm: ArmId): ArmSummary {
  const { ok, failed, cancelled, retried } = armOf(tally, arm)
  const { wait, run } = tally.latency.ofArm(arm)
  return { arm, ok, failed, cancelled, retried, waitMs: inMs(wait), runMs: inMs(run) }
}

function inMs({ p50Us, p99Us }: { readonly p50Us: number; readonly p99Us: number }): Percentiles {
  return { p50: p50Us / 1_000, p99: p99Us / 1_000 }
}

function kindsOf({ failures }: Tally): KindSummary[] {
  return failures.list().map(({ type, arm, reason, count, example }) => {
    const error = example.trace.failure?.message ?? ''
    return {
      type,
      arm,
      reason,
      // One of a kind is told as it was.
      message: count === 1 ? error : normalised(error),
      count,
      example: { row: example.row, line: example.line, error },
    }
  })
}
