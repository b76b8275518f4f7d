import type { Report } from '../protocol/report.ts'
import type { LogLine } from '../protocol/host.ts'
import type { Failure, Outcome } from '../protocol/outcome.ts'
import type { Batch } from './batch.ts'
import type { Claim, Move } from './store/store.ts'
import { stopFailure } from './verdicts.ts'

/** An attempt that ended, on its way to its settle. */
export interface EndedAttempt {
  readonly claim: Claim
  /** Monotonic ms. */
  readonly claimedAtMs: number
  readonly startedAtMs: number
  readonly runMs: number
  readonly outcome: Outcome
  /** What follows, where the outcome does not decide that. */
  readonly move?: Move | undefined
  readonly logs: readonly LogLine[]
  readonly threadId: number
}

/** What the reports of one look at a batch come to. */
export interface Ends {
  readonly attempts: EndedAttempt[]
  /** Interrupted because the engine closes: uncharged, they go back. */
  readonly returned: Claim[]
}

export type TellLate = (claim: Claim, failure: Failure) => void

/**
 * The ends among the reports of one look at a batch, each task's once. Log lines are kept with the batch, failures of
 * tasks that are over already are told to `late`.
 */
export function endsOf(batch: Batch, reports: readonly Report[], late: TellLate): Ends {
  const ends: Ends = { attempts: [], returned: [] }
  for (const report of folded(batch, reports, late)) {
    if (report.outcome !== undefined) addEnd(ends, batch, report, report.outcome)
  }
  return ends
}

/** An end that main concluded, because no report will come. */
export function concluded(batch: Batch, index: number, outcome: Outcome, nowMs: number): Ends {
  const ends: Ends = { attempts: [], returned: [] }
  const startedAtMs = batch.runningIndex === index ? batch.region.startedAtMs : nowMs
  const runMs = Math.max(0, nowMs - startedAtMs)
  addEnd(ends, batch, { index, startedAtMs, runMs }, outcome)
  return ends
}

const NO_LINES: readonly LogLine[] = []

function addEnd(
  ends: Ends,
  batch: Batch,
  { index, startedAtMs, runMs }: Pick<Report, 'index' | 'startedAtMs' | 'runMs'>,
  reported: Outcome,
): void {
  const claim = batch.claimAt(index)
  batch.finish(index)
  const outcome = stopped(batch, index, reported)
  if (outcome === undefined) {
    ends.returned.push(claim)
    return
  }
  const logs = batch.logs.size === 0 ? NO_LINES : (batch.logs.get(index) ?? NO_LINES)
  const { claimedAtMs, region } = batch
  const { threadId } = region
  ends.attempts.push({ claim, claimedAtMs, startedAtMs, runMs, outcome, logs, threadId })
}

/** A task that was asked to stop and failed, failed because of that; one that succeeded first has succeeded. */
function stopped(batch: Batch, index: number, outcome: Outcome): Outcome | undefined {
  const { stopping } = batch
  if (stopping?.index !== index || outcome.kind === 'succeeded') return outcome
  if (stopping.reason === 'closing') return undefined
  return { kind: 'failed', failure: stopFailure(stopping.reason) }
}

function folded(batch: Batch, reports: readonly Report[], late: TellLate): readonly Report[] {
  if (reports.every(isPlain)) {
    const open = reports.every((report) => batch.isOpen(report.index))
    return open ? reports : reports.filter((report) => batch.isOpen(report.index))
  }
  const ended = new Map<number, Report>()
  for (const report of reports) {
    if (report.logs.length > 0) keepLogs(batch, report)
    // A later report of the same look amends the earlier: a failure that surfaced after the handler had returned.
    if (report.outcome !== undefined && batch.isOpen(report.index))
      ended.set(report.index, amended(ended.get(report.index), report))
    else if (report.late && report.outcome?.kind === 'failed')
      late(batch.claimAt(report.index), report.outcome.failure)
  }
  return [...ended.values()]
}

function isPlain(report: Report): boolean {
  return report.outcome !== undefined && !report.late && report.logs.length === 0
}

function keepLogs(batch: Batch, report: Report): void {
  const lines = batch.logs.get(report.index)
  if (lines === undefined) batch.logs.set(report.index, [...report.logs])
  else lines.push(...report.logs)
}

function amended(first: Report | undefined, report: Report): Report {
  if (first === undefined || !report.late) return report
  return { ...first, outcome: report.outcome }
}
