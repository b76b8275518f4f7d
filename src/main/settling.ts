import type { Clock } from '../protocol/clock.ts'
import { decodeStoredTask } from '../protocol/envelope.ts'
import type { Failure } from '../protocol/outcome.ts'
import { ARM_IDS, mintId, taskId, type ArmId, type TaskId } from '../protocol/task.ts'
import type { Completions } from './completions.ts'
import type { TaskRegistry } from './registry.ts'
import type { EndedAttempt } from './ended-attempt.ts'
import type { Outbox } from './outbox.ts'
import { settle } from './settle.ts'
import { ATTEMPTS_MAX } from './store/history-key.ts'
import type { AttemptTrace, Claim, Move, Refused, Settlement, TaskStore } from './store/store.ts'
import type { Latency } from './trace/latency.ts'
import type { NeuralMesh } from './trace/neural-mesh.ts'
import { conflictFailure, unknownParentFailure } from './verdicts.ts'
import type { Observers } from './trace/observe.ts'

export interface ArmCounts {
  processed: number
  failed: number
  cancelled: number
  retried: number
  lastRunAtMs: number | undefined
}

export interface SettlingOptions {
  readonly store: TaskStore
  readonly registry: TaskRegistry
  readonly clock: Clock
  readonly random: () => number
  readonly latency: Latency
  readonly mesh: NeuralMesh
  readonly observers: Observers
  readonly completions: Completions
  /** What attempts enqueued, taken with their ends. */
  readonly outbox: Pick<Outbox, 'take'>
}

/** From the ends of attempts to what the store records, and from there to whoever waits or watches. */
export class Settling {
  readonly #options: SettlingOptions
  readonly #counts = new Map<ArmId, ArmCounts>(
    ARM_IDS.map((arm) => [
      arm,
      { processed: 0, failed: 0, cancelled: 0, retried: 0, lastRunAtMs: undefined },
    ]),
  )

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  counts(arm: ArmId): Readonly<ArmCounts> {
    const counts = this.#counts.get(arm)
    if (counts === undefined) throw new RangeError(`no arm ${arm}`)
    return counts
  }

  /** A task was cancelled before it started: it has no attempt, and still ended. */
  cancelled(arm: ArmId): void {
    const counts = this.#counts.get(arm)
    if (counts !== undefined) counts.cancelled += 1
  }

  /** Resolves once all of them are settled as durably as the store makes it, and their waiters were told. */
  async ended(attempts: readonly EndedAttempt[]): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    const settledAtMs = this.#options.clock.wallMs()
    const settlements = attempts.map((attempt) => this.#settlement(attempt, nowMs, settledAtMs))
    const results = await this.#options.store.settle(settlements)
    const refused: EndedAttempt[] = []
    for (const [at, settlement] of settlements.entries()) {
      const attempt = attempts[at]
      const result = results[at]
      if (attempt === undefined || result === undefined) continue
      if (result === 'applied') this.#applied(attempt.claim, settlement)
      else if (result !== 'stale') refused.push(failedBy(attempt, result))
    }
    if (refused.length > 0) await this.ended(refused)
  }

  #settlement(attempt: EndedAttempt, nowMs: number, settledAtMs: number): Settlement {
    const { claim, claimedAtMs, startedAtMs, runMs, outcome, logs, threadId } = attempt
    const settlement: Settlement = {
      seq: claim.seq,
      attempt: claim.attempt,
      move:
        outcome.kind === 'succeeded'
          ? SUCCEEDED
          : (attempt.move ?? this.#moveAfterFailure(attempt)),
      outcome,
      times: {
        waitUs: micros(claimedAtMs - claim.readyAtMs),
        dispatchUs: micros(startedAtMs - claimedAtMs),
        runUs: micros(runMs),
        settleUs: micros(nowMs - startedAtMs - runMs),
        threadId,
        settledAtMs,
      },
      logs,
    }
    const outgoing = this.#options.outbox.take(claim)
    if (outgoing === undefined || outcome.kind === 'failed') return settlement
    const { tasks: enqueues, parts } = outgoing
    return parts === undefined
      ? { ...settlement, enqueues }
      : { ...settlement, move: BLOCKED, enqueues, parts }
  }

  // Only a failure needs the task's own rules, so only then is its envelope read.
  #moveAfterFailure({ claim, outcome }: EndedAttempt): Move {
    const policy = this.#options.registry.policyOf(decodeStoredTask(claim.envelope))
    const { attempt, attemptsBefore } = claim
    const attemptsMax = Math.min(policy.attemptsMax, ATTEMPTS_MAX - attemptsBefore)
    const inThisRun = attempt - attemptsBefore
    return settle(outcome, inThisRun, { ...policy, attemptsMax }, this.#options.random())
  }

  #applied(claim: Claim, settlement: Settlement): void {
    const { move, outcome, times } = settlement
    const { latency, mesh, observers, completions } = this.#options
    const { waitUs, dispatchUs, runUs } = times
    // What no thread ran has no latency.
    if (times.threadId !== 0)
      latency.record(claim.arm, claim.type, waitUs + dispatchUs, runUs, totalUs(times))
    this.#count(claim.arm, move, times.settledAtMs)
    if (observers.active || mesh.hasHost) this.#tell(claim, settlement)
    if (move.to !== 'scheduled' && move.to !== 'blocked')
      completions.settled({ seq: claim.seq, state: move.to, outcome, runMs: times.runUs / 1_000 })
  }

  #count(arm: ArmId, move: Move, settledAtMs: number): void {
    const counts = this.#counts.get(arm)
    if (counts === undefined) return
    counts.lastRunAtMs = settledAtMs
    if (move.to === 'succeeded') counts.processed += 1
    else if (move.to === 'failed') counts.failed += 1
    else if (move.to === 'cancelled') counts.cancelled += 1
    else if (move.to === 'scheduled') counts.retried += 1
  }

  #tell(claim: Claim, settlement: Settlement): void {
    const trace = traceOf(claim, settlement)
    if (this.#options.mesh.hasHost) this.#options.mesh.attempt(trace)
    const result = settlement.outcome.kind === 'succeeded' ? settlement.outcome.result : undefined
    if (this.#options.observers.active)
      this.#options.observers.tell({ kind: 'attempt.ended', trace, result })
  }
}

const SUCCEEDED: Move = { to: 'succeeded' }
const BLOCKED: Move = { to: 'blocked' }

function failedBy(attempt: EndedAttempt, why: Refused): EndedAttempt {
  const failure =
    'conflict' in why ? conflictFailure(why.conflict) : unknownParentFailure(why.unknownParent)
  return { ...attempt, outcome: { kind: 'failed', failure } }
}

export function idOf(claim: Pick<Claim, 'seq' | 'envelope'>): TaskId {
  const { id } = decodeStoredTask(claim.envelope)
  return id === undefined ? mintId(claim.seq) : taskId(id)
}

function traceOf(claim: Claim, { move, outcome, times, attempt }: Settlement): AttemptTrace {
  const failure: Failure | undefined = outcome.kind === 'failed' ? outcome.failure : undefined
  const state = move.to
  const { seq, type, arm } = claim
  return {
    source: 'engine',
    task: idOf(claim),
    seq,
    type,
    arm,
    attempt,
    outcome: outcome.kind,
    state,
    failure,
    ...times,
  }
}

function totalUs(times: Settlement['times']): number {
  return times.waitUs + times.dispatchUs + times.runUs + times.settleUs
}

function micros(ms: number): number {
  return ms <= 0 ? 0 : Math.round(ms * 1_000)
}
