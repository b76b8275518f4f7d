import { decodeReports } from '../protocol/envelope.ts'
import type { LogLine } from '../protocol/host.ts'
import { Phase, type Region } from '../protocol/region.ts'
import type { Report } from '../protocol/report.ts'
import type { ArmId } from '../protocol/task.ts'
import type { AbortMessage, BatchEnd } from '../protocol/thread-messages.ts'
import type { Claim } from './store/store.ts'

/** A claim with what its run may take. */
export interface BatchTask {
  readonly claim: Claim
  readonly timeoutMs: number | undefined
  readonly terminable: boolean
}

/**
 * Tasks on their way through one thread, as main sees them. Each is, at any moment, exactly one of: not started (main may
 * take it back), started (only the thread can end it), or over (reported, or taken back).
 */
export class Batch {
  readonly id: number
  readonly arm: ArmId
  readonly tasks: readonly BatchTask[]
  readonly region: Region
  readonly claimedAtMs: number
  /** All its types are known to be short: it counts against the cores. */
  readonly short: boolean
  readonly logs = new Map<number, LogLine[]>()
  /** What its thread said when it was through; all that it posted may not be here yet. */
  end: BatchEnd | undefined
  /** The task that was asked to stop, and why. */
  stopping: { readonly index: number; readonly reason: AbortMessage['reason'] } | undefined
  #over: Uint8Array
  #overCount = 0
  #read = 0
  #postedSeen = 0

  constructor(
    id: number,
    arm: ArmId,
    tasks: readonly BatchTask[],
    region: Region,
    claimedAtMs: number,
    short: boolean,
  ) {
    this.id = id
    this.arm = arm
    this.tasks = tasks
    this.region = region
    this.claimedAtMs = claimedAtMs
    this.short = short
    this.#over = new Uint8Array(tasks.length)
  }

  get isOver(): boolean {
    return this.#overCount === this.tasks.length
  }

  claimAt(index: number): Claim {
    const task = this.tasks[index]
    if (task === undefined) throw new RangeError(`batch ${this.id} has no task at ${index}`)
    return task.claim
  }

  get postedSeen(): number {
    return this.#postedSeen
  }

  isOpen(index: number): boolean {
    return this.#over[index] === 0
  }

  finish(index: number): void {
    if (this.#over[index] !== 0) return
    this.#over[index] = 1
    this.#overCount += 1
  }

  /** Reports that the thread published since the last look. */
  fresh(): Report[] {
    const published = this.region.published
    if (published === this.#read) return []
    const reports = decodeReports(this.region.data.subarray(this.#read, published))
    this.#read = published
    return reports
  }

  /** One of what the thread posted beside the region has arrived. */
  heard(): void {
    this.#postedSeen += 1
  }

  posted(bytes: Uint8Array): Report[] {
    this.heard()
    return decodeReports(bytes)
  }

  /** Index of the task that runs now, if one does. */
  get runningIndex(): number | undefined {
    const index = this.region.claimed - 1
    return index >= 0 && this.isOpen(index) ? index : undefined
  }

  /** Takes back all that has not started; nothing starts after this. */
  takeBack(): { readonly index: number; readonly claim: Claim }[] {
    const taken: { index: number; claim: Claim }[] = []
    for (let index = this.region.close(); index < this.tasks.length; index++) {
      const task = this.tasks[index]
      if (task === undefined || !this.isOpen(index)) continue
      this.finish(index)
      taken.push({ index, claim: task.claim })
    }
    return taken
  }

  /** Tasks that started and whose end nobody told. After its thread's death that is at most one. */
  unfinished(): number[] {
    const indexes: number[] = []
    for (let index = 0; index < this.tasks.length; index++)
      if (this.isOpen(index)) indexes.push(index)
    return indexes
  }

  /** The lowest priority among what has not started, or undefined when all has. */
  get lowestWaiting(): number | undefined {
    const from = this.region.closed ? this.tasks.length : this.region.claimed
    let lowest: number | undefined
    for (let index = from; index < this.tasks.length; index++) {
      const priority = this.tasks[index]?.claim.priority ?? 0
      if (lowest === undefined || priority < lowest) lowest = priority
    }
    return lowest
  }

  get isLoading(): boolean {
    return this.region.phase !== Phase.running
  }

  /** Monotonic ms at which the running task has had its time; Infinity when nothing that runs has a limit. */
  get deadlineMs(): number {
    const index = this.runningIndex
    const timeoutMs = index === undefined ? undefined : this.tasks[index]?.timeoutMs
    return timeoutMs === undefined ? Infinity : this.region.startedAtMs + timeoutMs
  }

  /** The shortest time limit of any of its tasks; Infinity without one. */
  get timeoutMinMs(): number {
    return this.tasks.reduce((least, task) => Math.min(least, task.timeoutMs ?? Infinity), Infinity)
  }
}

/** The types of a batch's tasks; mostly one. */
export function typesAmong(claims: readonly Claim[]): Set<string> {
  const types = new Set<string>()
  let last: string | undefined
  for (const { type } of claims) if (type !== last) types.add((last = type))
  return types
}
