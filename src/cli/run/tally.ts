import {
  ARM_IDS,
  Latency,
  type ArmId,
  type AttemptTrace,
  type EngineEvent,
  type PayloadBytes,
} from '../../main/index.ts'
import { FailureKinds } from './failure-kinds.ts'
import { RootCauses } from './root-causes.ts'
import type { TaskEnd } from './task-end.ts'

export interface ArmTally {
  /** Rows that are to end here. */
  rows: number
  ok: number
  failed: number
  cancelled: number
  /** Did not run, because one they wait for did not succeed. */
  skipped: number
  /** Attempts that failed and were repeated. */
  retried: number
  /** Rows that have failed at least once and are not over. */
  retrying: number
}

export interface TallyOptions {
  readonly run: string
  readonly lineOf: (row: string) => number | undefined
  /** What a person knows the row by, where that is not its name. */
  readonly labelOf?: (row: string) => string
  readonly onEnd: (end: TaskEnd) => void
}

/** Counts what the engine tells of one run's rows; tasks of other runs are not its business. */
export class Tally {
  readonly arms: ReadonlyMap<ArmId, ArmTally> = new Map(ARM_IDS.map((arm) => [arm, nothing()]))
  readonly latency = new Latency()
  readonly failures = new FailureKinds()
  readonly rootCauses = new RootCauses()
  busyMs = 0
  /** Ends of tasks that are not this run's. */
  others = 0
  readonly #retrying = new Set<string>()
  #over = 0
  readonly #options: TallyOptions
  readonly #prefix: string

  constructor(options: TallyOptions) {
    this.#options = options
    this.#prefix = `${options.run}/`
  }

  get over(): number {
    return this.#over
  }

  /** Rows that have ended in this state, or attempts that were repeated, all arms together. */
  sum(of: keyof ArmTally): number {
    let sum = 0
    for (const tally of this.arms.values()) sum += tally[of]
    return sum
  }

  expect(arm: ArmId, rows: number): void {
    this.#arm(arm).rows += rows
  }

  /** A row that failed before it could be stored. */
  refused(arm: ArmId): void {
    this.#arm(arm).failed += 1
    this.#over += 1
  }

  watch(event: EngineEvent): void {
    if (event.kind === 'attempt.ended') this.#attempt(event.trace, event.result)
    else if (event.kind === 'task.cancelled' && event.task.startsWith(this.#prefix)) this.#over += 1
  }

  #attempt(trace: AttemptTrace, result: PayloadBytes | undefined): void {
    if (!trace.task.startsWith(this.#prefix)) {
      if (trace.state !== 'scheduled' && trace.state !== 'blocked') this.others += 1
      return
    }
    const tally = this.#arm(trace.arm)
    if (trace.failure?.root === undefined) this.#measure(trace)
    if (trace.state === 'scheduled') {
      tally.retried += 1
      if (!this.#retrying.has(trace.task)) tally.retrying += 1
      this.#retrying.add(trace.task)
    } else if (trace.state !== 'blocked') this.#end(tally, trace, result)
  }

  #end(tally: ArmTally, trace: AttemptTrace, result: PayloadBytes | undefined): void {
    const cause = trace.failure?.root
    if (this.#retrying.delete(trace.task)) tally.retrying -= 1
    if (trace.state === 'succeeded') tally.ok += 1
    else if (trace.state === 'failed') tally.failed += 1
    else if (cause === undefined) tally.cancelled += 1
    else tally.skipped += 1
    this.#moveRow(tally)
    this.#over += 1
    const name = trace.task.slice(this.#prefix.length)
    const row = this.#options.labelOf?.(name) ?? name
    const root = cause === undefined ? undefined : this.#nameOf(cause)
    const end = { name, row, line: this.#options.lineOf(name), trace, result, root }
    if (cause !== undefined && root !== undefined)
      this.rootCauses.add(cause, root, trace.state === 'failed' ? 'failed' : 'skipped')
    else if (trace.state === 'failed' && trace.failure !== undefined)
      this.failures.add(end, trace.failure)
    this.#options.onEnd(end)
  }

  /** Of a row of this run; the id of any other task. */
  #nameOf(task: string): string {
    return task.startsWith(this.#prefix) ? task.slice(this.#prefix.length) : task
  }

  // Rows of a type that several arms serve are expected on the first of them, and run where there is least to do.
  #moveRow(tally: ArmTally): void {
    if (overOf(tally) <= tally.rows) return
    const [giver] = [...this.arms.values()].sort((a, b) => leftOf(b) - leftOf(a))
    if (giver === undefined || leftOf(giver) <= 0) return
    giver.rows -= 1
    tally.rows += 1
  }

  #measure({ arm, type, waitUs, dispatchUs, runUs, settleUs }: AttemptTrace): void {
    const untilStartUs = waitUs + dispatchUs
    this.latency.record(arm, type, untilStartUs, runUs, untilStartUs + runUs + settleUs)
    this.busyMs += runUs / 1_000
  }

  #arm(arm: ArmId): ArmTally {
    const tally = this.arms.get(arm)
    if (tally === undefined) throw new RangeError(`no arm ${arm}`)
    return tally
  }
}

/** Rows that have ended on an arm. */
export function overOf({ ok, failed, cancelled, skipped }: ArmTally): number {
  return ok + failed + cancelled + skipped
}

function leftOf(tally: ArmTally): number {
  return tally.rows - overOf(tally)
}

function nothing(): ArmTally {
  return { rows: 0, ok: 0, failed: 0, cancelled: 0, skipped: 0, retried: 0, retrying: 0 }
}
