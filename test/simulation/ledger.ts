import type { ArmId } from '../../src/protocol/task.ts'
import type { Parents } from '../../src/main/store/journal.ts'
import type { Claim } from '../../src/main/store/store.ts'
import type { Watcher } from './simulated-pool.ts'

/** What the simulation knows of one accepted task, beside the engine. */
export interface Known {
  readonly seq: number
  readonly arm: ArmId
  readonly priority: number
  attemptsMax: number
  /** It never was due later: its place in the order is known from outside. */
  plain: boolean
  acceptedAtMs: number
  cancelAsked: boolean
  /** Its cancel was acknowledged: what runs may go on for a while, and nothing of it starts any more. */
  removed: boolean
  ended: string | undefined
  attempt: number
  retries: number
  readonly level: number
}

/** A broken promise. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/** The promises, checked at every step from outside the engine. */
export class Ledger implements Watcher {
  readonly tasks = new Map<number, Known>()
  readonly #running = new Map<number, number>()
  readonly #inFlight = new Map<ArmId, number>()
  readonly #ready = new Map<number, { readonly readyAtMs: number }>()
  readonly #claimedEver = new Set<number>()
  #manyInFlight = 0
  readonly #shortMax: number
  readonly log: string[] = []
  startedCount = 0
  batchedCount = 0
  childrenCount = 0
  broken: Broken | undefined

  constructor(shortMax: number) {
    this.#shortMax = shortMax
  }

  say(line: string): void {
    this.log.push(line)
    if (this.log.length > 400) this.log.splice(0, 200)
  }

  accepted(task: Known, readyAtMs: number): void {
    this.tasks.set(task.seq, task)
    // What stands in the order may be claimed before its acknowledgement is heard of here.
    if (task.plain && !this.#claimedEver.has(task.seq)) this.#ready.set(task.seq, { readyAtMs })
  }

  dispatched(arm: ArmId, seqs: readonly number[], slots: number): void {
    const inFlight = (this.#inFlight.get(arm) ?? 0) + 1
    this.#inFlight.set(arm, inFlight)
    this.say(`dispatch ${arm} ${seqs.join(' ')}`)
    this.#promise(inFlight <= slots, `${arm} has ${inFlight} batches in flight and ${slots} slots`)
    if (seqs.length === 1) return
    this.#manyInFlight += 1
    this.batchedCount += 1
    this.#promise(
      this.#manyInFlight <= this.#shortMax,
      `${this.#manyInFlight} batches of short tasks in flight, at most ${this.#shortMax}`,
    )
  }

  batchOver(arm: ArmId, seqs: readonly number[]): void {
    this.say(`over ${arm} ${seqs.join(' ')}`)
    this.#inFlight.set(arm, (this.#inFlight.get(arm) ?? 0) - 1)
    if (seqs.length > 1) this.#manyInFlight -= 1
  }

  started(_arm: ArmId, seq: number, attempt: number): void {
    this.startedCount += 1
    this.say(`start ${seq}/${attempt}`)
    const task = this.tasks.get(seq)
    this.#promise(
      !this.#running.has(seq),
      `task ${seq} starts attempt ${attempt} while attempt ${this.#running.get(seq)} runs`,
    )
    this.#running.set(seq, attempt)
    if (task === undefined) return
    this.#promise(!task.removed, `task ${seq} starts after its cancel was acknowledged`)
    this.#promise(task.ended === undefined, `task ${seq} starts after it ${task.ended}`)
    this.#promise(
      attempt <= task.attemptsMax,
      `task ${seq} starts attempt ${attempt} of ${task.attemptsMax}`,
    )
    this.#promise(
      attempt >= task.attempt,
      `task ${seq} starts attempt ${attempt} after ${task.attempt}`,
    )
    task.attempt = attempt
  }

  /** What the disk knows, when a task starts, of those it was told to wait for. */
  parents(seq: number, parents: Parents | undefined): void {
    for (const { seq: parent, ended } of parents?.states ?? []) {
      // One that failed had ended, and may run anew by now.
      const again = (this.tasks.get(parent)?.retries ?? 0) > 0 && parents?.onFailure === 'run'
      this.#promise(ended !== undefined || again, `task ${seq} starts before ${parent} has ended`)
      const fits = ended === 'succeeded' || parents?.onFailure === 'run'
      this.#promise(fits, `task ${seq} starts although ${parent} ${ended}`)
      this.childrenCount += 1
    }
  }

  stopped(seq: number): void {
    this.#running.delete(seq)
  }

  get executing(): number {
    return this.#running.size
  }

  /** The process died: nothing runs, nothing is in flight, and the order is made anew. */
  died(): void {
    this.#running.clear()
    this.#inFlight.clear()
    this.#ready.clear()
    this.#manyInFlight = 0
  }

  /** What is known to be ready now, for a check of the order after the claim that is about to be made. */
  readyNow(arm: ArmId): (claims: readonly Claim[]) => void {
    const ready = [...this.#ready].filter(([seq]) => this.tasks.get(seq)?.arm === arm)
    return (claims) => this.#claimed(claims, ready)
  }

  released(claims: readonly Claim[]): void {
    for (const { seq, readyAtMs, suspect } of claims) {
      this.say(`release ${seq}`)
      // Suspects wait for each other, whatever their place.
      if (this.tasks.get(seq)?.plain === true && !suspect) this.#ready.set(seq, { readyAtMs })
    }
  }

  cancelAsked(seq: number): void {
    const task = this.tasks.get(seq)
    if (task === undefined) return
    task.cancelAsked = true
    this.#ready.delete(seq)
  }

  ended(seq: number, how: string): void {
    const task = this.tasks.get(seq)
    this.say(`ended ${seq} ${how}`)
    if (task === undefined) return
    this.#promise(
      task.ended === undefined || task.ended === how,
      `task ${seq} ${how} after it ${task.ended}`,
    )
    task.ended = how
  }

  /** Another run of it may be on record from now on, acknowledged or not. Returns how it had ended. */
  retryAsked(task: Known): string | undefined {
    const { ended, attempt, attemptsMax } = task
    // One that was cancelled before it started has that on record as an attempt too.
    const run = { plain: false, cancelAsked: false, removed: false, ended: undefined }
    this.#ready.delete(task.seq)
    const retries = task.retries + 1
    Object.assign(task, { ...run, retries, attemptsMax: attempt + 1 + attemptsMax })
    return ended
  }

  #claimed(
    claims: readonly Claim[],
    before: readonly (readonly [number, { readonly readyAtMs: number }])[],
  ): void {
    const taken = new Set(claims.map(({ seq }) => seq))
    for (const claim of claims) {
      this.#ready.delete(claim.seq)
      this.#claimedEver.add(claim.seq)
    }
    for (const claim of claims) {
      if (claim.suspect) continue
      for (const [seq, { readyAtMs }] of before) {
        const other = this.tasks.get(seq)
        if (other === undefined || taken.has(seq) || other.cancelAsked) continue
        this.#promise(
          other.priority <= claim.priority,
          `task ${claim.seq} of priority ${claim.priority} is claimed before ${seq} of ${other.priority}`,
        )
        // One with a level may overtake, and the ledger may not have heard of it yet.
        const claimedLevel = this.tasks.get(claim.seq)?.level
        if (other.priority < claim.priority || claimedLevel !== 0) continue
        const earlier =
          readyAtMs < claim.readyAtMs ||
          (readyAtMs === claim.readyAtMs &&
            this.tasks.get(claim.seq)?.plain === true &&
            seq < claim.seq)
        this.#promise(
          !earlier,
          `task ${claim.seq} is claimed before ${seq}, which was ready before it`,
        )
      }
    }
  }

  // Kept as well as thrown: a throw inside one of the engine's callbacks may be caught there.
  #promise(kept: boolean, what: string): void {
    if (kept) return
    this.broken ??= new Broken(what)
    throw this.broken
  }
}
