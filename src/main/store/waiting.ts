import { ARM_IDS, type ArmId } from '../../protocol/task.ts'
import { Blocked } from './blocked.ts'
import { DueHeap, type DueTask } from './due-heap.ts'
import { ReadyQueue } from './ready-queue.ts'
import type { WaitingTask } from './waiting-task.ts'

export type { WaitingTask }

export interface ReadyWaitingTask extends WaitingTask {
  /** Monotonic ms. */
  readonly readyAtMs: number
  readonly suspect?: boolean
}

/** Both clocks at one moment. */
export interface Now {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** When a new task may start, and until when. */
export interface Dueness {
  readonly delayMs: number | undefined
  readonly runAtMs: number | undefined
  readonly expiresAtMs: number | undefined
}

/** What became due: arms that have new work, and tasks whose time to start has passed. */
export interface Due {
  readonly woken: ReadonlySet<ArmId>
  readonly expired: readonly ReadyWaitingTask[]
}

/**
 * All that waits, in its order, in memory: a lane a priority for each arm, what is due later, what waits for other tasks,
 * what ran when an earlier owner died (suspects), and what nobody serves. No clock, no store: every moment is a parameter.
 */
export class Waiting {
  readonly #lanes = ARM_IDS.map(() => new ReadyQueue())
  /** Delays, by the monotonic clock: setting the machine's clock does not shorten a backoff. */
  readonly #delayed = new DueHeap()
  /** Appointments and expiries, by the wall clock. */
  readonly #appointed = new DueHeap()
  readonly #suspects: ReadyWaitingTask[] = []
  readonly blocked = new Blocked()
  /** Of the few tasks that have one, until they end. */
  readonly levels = new Map<number, number>()
  readonly #unserved = new Map<number, WaitingTask & { readonly dueAtMs: number }>()

  /** A new task: ready at once (true), or later. */
  arrive(task: WaitingTask, due: Dueness, now: Now): boolean {
    const { runAtMs, delayMs, expiresAtMs } = due
    if (expiresAtMs !== undefined) this.expireAt(task, expiresAtMs)
    if (runAtMs !== undefined && runAtMs > now.wallMs) this.appoint(task, runAtMs)
    else if (delayMs !== undefined && delayMs > 0) this.delay(task, now.monotonicMs + delayMs)
    else {
      const { seq, arm, typeIndex, priority } = task
      this.ready({ seq, arm, typeIndex, priority, readyAtMs: now.monotonicMs })
      return true
    }
    return false
  }

  /** A stored task after a restart, or whose type has become known; a wall-clock due time of 0 means ready. */
  arriveAgain(
    task: WaitingTask,
    dueMs: number,
    expiresMs: number,
    served: boolean,
    now: Now,
  ): void {
    if (expiresMs > 0) this.expireAt(task, expiresMs)
    if (!served) this.shelve(task, dueMs)
    else if (dueMs > now.wallMs) this.appoint(task, dueMs)
    else this.ready({ ...task, readyAtMs: now.monotonicMs })
  }

  ready(task: ReadyWaitingTask): void {
    this.#lane(task.arm).push(task.priority, task, this.#level(task.seq))
  }

  delay(task: WaitingTask, dueMonotonicMs: number): void {
    this.#delayed.push(dueTask(task, dueMonotonicMs, 'ready'))
  }

  appoint(task: WaitingTask, dueWallMs: number): void {
    this.#appointed.push(dueTask(task, dueWallMs, 'ready'))
  }

  expireAt(task: WaitingTask, wallMs: number): void {
    this.#appointed.push(dueTask(task, wallMs, 'expire'))
  }

  suspect(task: ReadyWaitingTask): void {
    this.#suspects.push(task)
  }

  shelve(task: WaitingTask, dueAtMs: number): void {
    this.#unserved.set(task.seq, { ...task, dueAtMs })
  }

  /** Empties the shelf of what nobody served. */
  unshelve(): readonly (WaitingTask & { readonly dueAtMs: number })[] {
    const tasks = [...this.#unserved.values()]
    this.#unserved.clear()
    return tasks
  }

  /** The head of the arm's order, at most `max`, as long as `admit` takes the next one's type. */
  take(arm: ArmId, max: number, admit: (typeIndex: number) => boolean): ReadyWaitingTask[] {
    const lane = this.#lane(arm)
    const taken: ReadyWaitingTask[] = []
    while (taken.length < max) {
      const task = lane.take(admit)
      if (task === undefined) break
      const { seq, typeIndex, readyAtMs, priority } = task
      taken.push({ seq, arm, typeIndex, priority, readyAtMs })
    }
    return taken
  }

  takeSuspect(arm: ArmId): ReadyWaitingTask | undefined {
    const at = this.#suspects.findIndex((task) => task.arm === arm)
    return at < 0 ? undefined : this.#suspects.splice(at, 1)[0]
  }

  /** It was first and is first again. */
  handBack(task: ReadyWaitingTask): void {
    if (task.suspect === true) this.#suspects.unshift(task)
    else this.#lane(task.arm).pushFront(task.priority, task, this.#level(task.seq))
  }

  /** Moves what is due to its lane and takes out what expired while it waited. */
  due(now: Now, mayExpire: (seq: number) => boolean = () => true): Due {
    if (this.untilDue(now) !== 0) return NOTHING_DUE
    const woken = new Set<ArmId>()
    const expired: number[] = []
    for (
      let task = this.#delayed.pop(now.monotonicMs);
      task !== undefined;
      task = this.#delayed.pop(now.monotonicMs)
    ) {
      woken.add(this.#join(task, now))
    }
    for (
      let task = this.#appointed.pop(now.wallMs);
      task !== undefined;
      task = this.#appointed.pop(now.wallMs)
    ) {
      if (task.kind === 'expire') {
        if (mayExpire(task.seq)) expired.push(task.seq)
      } else woken.add(this.#join(task, now))
    }
    return { woken, expired: expired.length === 0 ? [] : this.#takeExpired(expired, now) }
  }

  /** How long until something is due, in ms; undefined when nothing is. */
  untilDue(now: Now): number | undefined {
    const delayed = this.#delayed.nextMs
    const appointed = this.#appointed.nextMs
    if (delayed === undefined && appointed === undefined) return undefined
    const untilDelayed = delayed === undefined ? Infinity : delayed - now.monotonicMs
    const untilAppointed = appointed === undefined ? Infinity : appointed - now.wallMs
    return Math.max(0, Math.min(untilDelayed, untilAppointed))
  }

  /** Takes the given seqs out wherever they wait. */
  remove(seqs: ReadonlySet<number>): WaitingTask[] {
    if (seqs.size === 0) return []
    const removed: WaitingTask[] = []
    for (const arm of ARM_IDS)
      removed.push(
        ...this.#lane(arm)
          .remove(seqs)
          .map((task) => ({ ...task, arm })),
      )
    removed.push(...this.blocked.remove(seqs))
    for (const heap of [this.#delayed, this.#appointed])
      removed.push(...heap.remove(seqs).map(waitingTask))
    for (let at = this.#suspects.length - 1; at >= 0; at--) {
      const task = this.#suspects[at]
      if (task !== undefined && seqs.has(task.seq)) removed.push(...this.#suspects.splice(at, 1))
    }
    for (const seq of seqs) {
      const task = this.#unserved.get(seq)
      if (task !== undefined && this.#unserved.delete(seq)) removed.push(task)
    }
    return removed
  }

  /** The seqs next in the arm's order. */
  peek(arm: ArmId, max: number): number[] {
    return this.#lane(arm).peek(max)
  }

  headPriority(arm: ArmId): number {
    return this.#lane(arm).headPriority
  }

  readyCount(arm: ArmId): number {
    return this.#lane(arm).count + this.suspectCount(arm)
  }

  suspectCount(arm: ArmId): number {
    return this.#suspects.length === 0
      ? 0
      : this.#suspects.filter((task) => task.arm === arm).length
  }

  scheduledCount(arm: ArmId): number {
    const armIndex = ARM_IDS.indexOf(arm)
    return this.#delayed.readyCount(armIndex) + this.#appointed.readyCount(armIndex)
  }

  /** All that waits. What may still expire is not counted for that: most of it is over. */
  get count(): number {
    let count =
      this.#delayed.readyTotal +
      this.#appointed.readyTotal +
      this.#suspects.length +
      this.blocked.count +
      this.#unserved.size
    for (const lane of this.#lanes) count += lane.count
    return count
  }

  get unservedCount(): number {
    return this.#unserved.size
  }

  isUnserved(seq: number): boolean {
    return this.#unserved.has(seq)
  }

  fence(): void {
    for (const lane of this.#lanes) lane.fence()
  }

  /** How many of the fenced still wait in the arm. */
  fencedCount(arm: ArmId): number {
    return this.#lane(arm).fenced() + this.suspectCount(arm)
  }

  lift(): void {
    for (const lane of this.#lanes) lane.lift()
  }

  #join(task: DueTask, now: Now): ArmId {
    const waiting = waitingTask(task)
    this.ready({ ...waiting, readyAtMs: now.monotonicMs })
    return waiting.arm
  }

  #takeExpired(seqs: readonly number[], now: Now): ReadyWaitingTask[] {
    return this.remove(new Set(seqs)).map((task) => ({ ...task, readyAtMs: now.monotonicMs }))
  }

  #level(seq: number): number {
    return this.levels.size === 0 ? 0 : (this.levels.get(seq) ?? 0)
  }

  #lane(arm: ArmId): ReadyQueue {
    const lane = this.#lanes[ARM_IDS.indexOf(arm)]
    if (lane === undefined) throw new RangeError(`no arm ${arm}`)
    return lane
  }
}

const NOTHING_DUE: Due = { woken: new Set(), expired: [] }

function dueTask(task: WaitingTask, dueMs: number, kind: DueTask['kind']): DueTask {
  const { seq, typeIndex, priority } = task
  return { seq, typeIndex, priority, armIndex: ARM_IDS.indexOf(task.arm), dueMs, kind }
}

function waitingTask(task: DueTask): WaitingTask {
  const { seq, typeIndex, priority } = task
  return { seq, typeIndex, priority, arm: armAt(task.armIndex) }
}

export function armAt(index: number): ArmId {
  const arm = ARM_IDS[index]
  if (arm === undefined) throw new RangeError(`no arm at ${index}`)
  return arm
}
