import type { BatchPool, PoolBatch, PoolEvents } from '../../src/main/arm-pool.ts'
import type { Cancel, Clock } from '../../src/protocol/clock.ts'
import type { Assignment } from '../../src/protocol/assignment.ts'
import { decodeBatch, encodeReport } from '../../src/protocol/envelope.ts'
import { toPayloadBytes } from '../../src/protocol/json.ts'
import type { Failure, Outcome } from '../../src/protocol/outcome.ts'
import { Phase } from '../../src/protocol/region.ts'
import type { ArmId } from '../../src/protocol/task.ts'
import type { AbortMessage } from '../../src/protocol/thread-messages.ts'
import type { Chance } from '../rig/random.ts'

/** What the simulation wants to know of its threads. */
export interface Watcher {
  dispatched(arm: ArmId, seqs: readonly number[], slots: number): void
  started(arm: ArmId, seq: number, attempt: number): void
  /** The handler is no longer running, however that came. */
  stopped(seq: number): void
  batchOver(arm: ArmId, seqs: readonly number[]): void
}

export interface SimulatedPoolOptions {
  readonly arm: ArmId
  readonly slots: number
  readonly clock: Clock
  readonly chance: Chance
  readonly events: PoolEvents
  readonly watcher: Watcher
  readonly nextThreadId: () => number
}

/** One attempt's conduct, decided when it starts. */
interface Conduct {
  /** How long it runs if nobody stops it; Infinity: for ever. */
  readonly ms: number
  readonly end: 'succeed' | 'fail' | 'fail finally' | 'die'
  /** Does it look at its signal? */
  readonly heeds: boolean
  /** What it answers to an abort when it heeds: some handlers finish well first. */
  readonly onAbort: 'succeed' | 'fail'
  readonly logs: number
  readonly late: boolean
  readonly posted: boolean
}

/**
 * Threads in virtual time. They run real batches out of real regions and tell main what real threads would, as late as
 * real threads may: doorbells and posted reports are delayed, deaths are noticed late, a dead thread may still be given
 * a batch.
 */
export class SimulatedPool implements BatchPool {
  readonly #options: SimulatedPoolOptions
  readonly #threads = new Set<Thread>()
  #slots: number

  constructor(options: SimulatedPoolOptions) {
    this.#options = options
    this.#slots = options.slots
  }

  get inFlight(): number {
    return [...this.#threads].filter((thread) => thread.busy).length
  }

  resize(threads: number): void {
    this.#slots = threads
  }

  dispatch(batch: PoolBatch): void {
    const { watcher, arm } = this.#options
    const assignments = decodeBatch(batch.bytes)
    watcher.dispatched(
      arm,
      assignments.map(({ seq }) => seq),
      this.#slots,
    )
    const idle = [...this.#threads].find((thread) => !thread.busy)
    const thread = batch.fresh || idle === undefined ? this.#newThread() : idle
    thread.run(batch, assignments)
  }

  abort(threadId: number, message: AbortMessage): void {
    this.#byId(threadId)?.abort(message)
  }

  /** Its threads are always fit: new ones would be no different. */
  renew(): void {}

  kill(threadId: number): void {
    this.#byId(threadId)?.kill()
  }

  #byId(threadId: number): Thread | undefined {
    return [...this.#threads].find((thread) => thread.id === threadId)
  }

  #newThread(): Thread {
    const thread = new Thread(this.#options, () => this.#threads.delete(thread))
    this.#threads.add(thread)
    return thread
  }
}

class Thread {
  readonly id: number
  busy = false
  readonly #options: SimulatedPoolOptions
  readonly #gone: () => void
  #started = false
  #dead = false
  #batch: PoolBatch | undefined
  #running:
    | {
        readonly index: number
        readonly assignment: Assignment
        readonly conduct: Conduct
        readonly cancel: Cancel
      }
    | undefined
  #seqs: readonly number[] = []
  #startedAtMs = 0
  #posted = 0
  #rungAtMs = 0
  #retire: string | undefined

  constructor(options: SimulatedPoolOptions, gone: () => void) {
    this.#options = options
    this.#gone = gone
    this.id = options.nextThreadId()
  }

  run(batch: PoolBatch, assignments: readonly Assignment[]): void {
    this.busy = true
    this.#batch = batch
    this.#seqs = assignments.map(({ seq }) => seq)
    this.#posted = 0
    if (this.#dead) return this.#dieSoon('Terminating worker thread')
    const { chance } = this.#options
    const bootMs = this.#started ? chance.next() : 20 + chance.next() * 60
    this.#started = true
    this.#later(bootMs, () => {
      batch.region.threadId = this.id
      if (!chance.is(0.1)) return this.#begin(assignments)
      batch.region.phase = Phase.loading
      this.#later(chance.next() * 100, () => this.#begin(assignments))
    })
  }

  abort(message: AbortMessage): void {
    this.#later(this.#options.chance.next(), () => {
      const { index, assignment, conduct } = this.#running ?? {}
      if (assignment?.seq !== message.seq || index === undefined || conduct?.heeds !== true) return
      this.#later(this.#options.chance.next() * 20, () => {
        if (this.#running?.assignment === assignment)
          this.#finish(conduct.onAbort === 'succeed' ? SUCCESS : failed(ABORTED))
      })
    })
  }

  kill(): void {
    if (this.#dead) return
    this.#dead = true
    this.#stopRunning()
    if (this.busy) this.#dieSoon('Terminating worker thread')
    else this.#exitSoon()
  }

  #begin(assignments: readonly Assignment[]): void {
    if (this.#batch === undefined) return
    this.#batch.region.phase = Phase.running
    this.#rungAtMs = this.#options.clock.monotonicMs()
    this.#next(assignments, 0)
  }

  #next(assignments: readonly Assignment[], index: number): void {
    const batch = this.#batch
    const assignment = assignments[index]
    const { clock, watcher, arm, chance, events } = this.#options
    if (batch === undefined) return
    if (assignment === undefined || this.#retire !== undefined) return this.#end()
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#rungAtMs >= 1) {
      this.#rungAtMs = nowMs
      this.#tell(() => events.doorbell(batch.batch))
    }
    if (!batch.region.claim(index, nowMs)) return this.#end()
    this.#startedAtMs = nowMs
    watcher.started(arm, assignment.seq, assignment.attempt)
    const conduct = conductOf(assignment, chance)
    for (let line = 0; line < conduct.logs; line++) this.#report(index, undefined, [`line ${line}`])
    const cancel =
      conduct.ms === Infinity
        ? () => {}
        : this.#later(conduct.ms, () => {
            if (conduct.end === 'die') return this.#dieNow()
            this.#finish(OUTCOME[conduct.end])
          })
    this.#running = { index, assignment, conduct, cancel }
    this.#continue = () => this.#next(assignments, index + 1)
  }

  #continue: () => void = () => {}

  #finish(outcome: Outcome): void {
    const running = this.#running
    if (running === undefined) return
    const { index, conduct } = running
    this.#stopRunning()
    this.#report(index, outcome, [], conduct.posted)
    if (conduct.late) {
      this.#retire = 'a failure surfaced outside its task'
      this.#report(index, failed(LATE), [], false, true)
    }
    this.#continue()
  }

  #stopRunning(): void {
    const running = this.#running
    this.#running = undefined
    running?.cancel()
    if (running !== undefined) this.#options.watcher.stopped(running.assignment.seq)
  }

  #report(
    index: number,
    outcome: Outcome | undefined,
    lines: readonly string[],
    posted = false,
    late = false,
  ): void {
    const batch = this.#batch
    if (batch === undefined) return
    const { clock, events } = this.#options
    const logs = lines.map((text) => ({ atMs: clock.wallMs(), level: 'info', text }) as const)
    const runMs = clock.monotonicMs() - this.#startedAtMs
    const bytes = encodeReport({
      index,
      startedAtMs: this.#startedAtMs,
      runMs,
      outcome,
      logs,
      late,
      leftovers: [],
    })
    if (!posted && this.#posted === 0 && batch.region.publish(bytes)) return
    this.#posted += 1
    const copy = new Uint8Array(bytes)
    this.#tell(() => events.reports(batch.batch, copy))
  }

  #end(): void {
    const batch = this.#batch
    if (batch === undefined) return
    const { events } = this.#options
    const posted = this.#posted
    const retire = this.#retire
    // It travels another way than the reports and may overtake them.
    this.#later(this.#options.chance.next() * 3, () => {
      // Killed while the end was on its way: the death is told instead.
      if (this.#dead) return
      this.#over()
      if (retire !== undefined) this.kill()
      events.ended(batch.batch, { threadId: this.id, posted, retire, leftovers: [] })
    })
  }

  #dieNow(): void {
    this.#dead = true
    this.#stopRunning()
    this.#dieSoon('worker exited with code: 1')
  }

  #dieSoon(message: string): void {
    const batch = this.#batch
    this.#later(5 + this.#options.chance.next() * 15, () => {
      if (batch === undefined || this.#batch !== batch) return
      this.#over()
      this.#gone()
      this.#options.events.died(batch.batch, new Error(message))
    })
  }

  #exitSoon(): void {
    this.#later(5 + this.#options.chance.next() * 15, () => {
      if (!this.busy) this.#gone()
    })
  }

  #over(): void {
    this.busy = false
    this.#batch = undefined
    this.#options.watcher.batchOver(this.#options.arm, this.#seqs)
  }

  /** A message to main, in the order they were sent, whenever main comes to read it. */
  #tell(message: () => void): void {
    const { clock, chance } = this.#options
    const atMs = Math.max(this.#toldAtMs, clock.monotonicMs() + chance.next() * 3)
    this.#toldAtMs = atMs
    this.#later(atMs - clock.monotonicMs(), message)
  }

  #toldAtMs = 0

  #later(ms: number, callback: () => void): Cancel {
    return this.#options.clock.after(ms, callback)
  }
}

const SUCCESS: Outcome = { kind: 'succeeded', result: toPayloadBytes('done', 100, 'result') }
const ABORTED: Failure = { reason: 'threw', name: 'AbortError', message: 'stopped' }
const LATE: Failure = { reason: 'threw', message: 'late' }

function failed(failure: Failure): Outcome {
  return { kind: 'failed', failure }
}

const OUTCOME = {
  succeed: SUCCESS,
  fail: failed({ reason: 'threw', message: 'no luck' }),
  'fail finally': failed({ reason: 'threw', message: 'hopeless', final: true }),
} as const

/** By the task's type: quick ones share batches, slow ones do not, moody ones are quick until they are not. */
function conductOf({ task, attempt }: Assignment, chance: Chance): Conduct {
  const moody = task.type === 'moody' && chance.is(0.08)
  const ms =
    task.type === 'slow' || task.type === 'stubborn' ? 3 + chance.next() * 150 : chance.next() * 0.6
  const dies = task.type !== 'stubborn' && chance.is(0.03)
  const fails = chance.is(attempt > 2 ? 0.1 : 0.25)
  return {
    ms: moody ? Infinity : ms,
    end: dies ? 'die' : fails ? (chance.is(0.2) ? 'fail finally' : 'fail') : 'succeed',
    heeds: task.type !== 'stubborn' && chance.is(0.6),
    onAbort: chance.is(0.3) ? 'succeed' : 'fail',
    logs: chance.is(0.1) ? chance.int(1, 3) : 0,
    late: chance.is(0.02),
    posted: chance.is(0.05),
  }
}
