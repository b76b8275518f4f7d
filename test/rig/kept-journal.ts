import type { Clock } from '../../src/protocol/clock.ts'
import { decodeStoredTask } from '../../src/protocol/envelope.ts'
import { ARM_IDS, isFinal, TASK_STATES } from '../../src/protocol/task.ts'
import type {
  AcceptRow,
  AcceptVerdict,
  Journal,
  JournalOpened,
  JournalQuery,
  LoadedTask,
  Parents,
  PendingPage,
  RetryVerdict,
  SettleRow,
  StartToken,
} from '../../src/main/store/journal.ts'
import {
  PENDING_CANCELLED,
  PENDING_CHECKPOINT,
  PENDING_STARTED,
} from '../../src/main/store/journal.ts'
import { MemoryJournal } from '../../src/main/store/memory.ts'
import type { AttemptTrace, TaskPage, TaskRecord, TraceQuery } from '../../src/main/store/store.ts'
import type { Chance } from './random.ts'

/** What survives an owner: the disk of a simulation. */
export class Disk {
  readonly memory = new MemoryJournal({ settledMax: 100_000 })
  readonly started = new Map<number, number>()
  readonly cancelled = new Set<number>()
  readonly checkpoints = new Set<number>()
  readonly suspicions = new Map<number, number>()
  /** Seqs that threads noted as running, as the status file would. */
  readonly noted = new Set<number>()
  /** Final settles of each task: more than one is a broken promise. */
  readonly ends = new Map<number, number>()
  seqMax = 0
  clean = true
}

interface Write {
  readonly apply: () => void
  readonly done: () => void
}

/**
 * A journal over a disk that takes its time: what is written is applied in order, a while later, and acknowledged then.
 * `crash` loses some tail of what was not acknowledged, as a process that dies does.
 */
export class KeptJournal implements Journal {
  readonly caps: Journal['caps']
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #chance: Chance
  #queue: Write[] = []
  #dead = false

  constructor(disk: Disk, clock: Clock, chance: Chance) {
    this.#disk = disk
    this.#clock = clock
    this.#chance = chance
    this.caps = disk.memory.caps
  }

  async open(page: (rows: PendingPage) => void): Promise<JournalOpened> {
    const { seqMax, clean, suspicions, noted } = this.#disk
    const rows: TaskRecord[] = []
    for (let after: number | undefined = 0; after !== undefined;) {
      const found: TaskPage = await this.#disk.memory.inspect({
        states: UNSETTLED,
        limit: 1_000,
        after,
      })
      rows.push(...found.tasks)
      after = found.next
    }
    page(this.#page(rows))
    const suspects = clean
      ? []
      : rows
          .filter(({ seq }) => noted.has(seq))
          .map(({ seq }) => ({ seq, suspicions: (suspicions.get(seq) ?? 0) + 1 }))
    for (const { seq, suspicions: count } of suspects) suspicions.set(seq, count)
    this.#disk.noted.clear()
    this.#disk.clean = false
    return { seqMax, clean, suspects, statusFile: undefined }
  }

  accept(rows: readonly AcceptRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    let verdicts: Promise<readonly AcceptVerdict[] | undefined> = Promise.resolve(undefined)
    return this.#write(() => {
      verdicts = this.#disk.memory.accept(rows)
      for (const { seq } of rows) this.#disk.seqMax = Math.max(this.#disk.seqMax, seq)
    }).then(() => verdicts)
  }

  settle(rows: readonly SettleRow[]): Promise<readonly AcceptVerdict[] | undefined> {
    let verdicts: Promise<readonly AcceptVerdict[] | undefined> = Promise.resolve(undefined)
    return this.#write(() => {
      verdicts = this.#disk.memory.settle(rows)
      for (const { seq, move, accepts = [] } of rows) {
        for (const accepted of accepts)
          this.#disk.seqMax = Math.max(this.#disk.seqMax, accepted.seq)
        this.#disk.suspicions.delete(seq)
        if (move.to === 'scheduled') continue
        this.#disk.ends.set(seq, (this.#disk.ends.get(seq) ?? 0) + 1)
      }
    }).then(() => verdicts)
  }

  recordStart(tokens: readonly StartToken[]): Promise<void> {
    return this.#write(() => {
      for (const { seq, attempt } of tokens) this.#disk.started.set(seq, attempt)
    })
  }

  checkpoint(seq: number, attempt: number, value: Uint8Array): Promise<void> {
    return this.#write(() => {
      this.#disk.checkpoints.add(seq)
      void this.#disk.memory.checkpoint(seq, attempt, value)
    })
  }

  requestCancel(seqs: readonly number[]): Promise<void> {
    return this.#write(() => {
      for (const seq of seqs) this.#disk.cancelled.add(seq)
    })
  }

  retry(seqs: readonly number[]): Promise<readonly RetryVerdict[]> {
    let verdicts: Promise<readonly RetryVerdict[]> = Promise.resolve([])
    return this.#write(() => {
      verdicts = this.#disk.memory.retry(seqs)
      void verdicts.then((kinds) => this.#reopened(seqs, kinds))
    }).then(() => verdicts)
  }

  #reopened(seqs: readonly number[], verdicts: readonly RetryVerdict[]): void {
    for (const [at, seq] of seqs.entries())
      if (verdicts[at]?.kind === 'retried') {
        this.#disk.cancelled.delete(seq)
        this.#disk.ends.set(seq, (this.#disk.ends.get(seq) ?? 0) - 1)
      }
  }

  load(seqs: readonly number[]): Promise<readonly LoadedTask[]> {
    return this.#read(() => this.#disk.memory.load(seqs))
  }

  parentResults(children: readonly number[]): Promise<readonly Uint8Array[]> {
    return this.#read(() => this.#disk.memory.parentResults(children))
  }

  resolve(ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    return this.#read(() => this.#disk.memory.resolve(ids))
  }

  inspect(query: JournalQuery): Promise<TaskPage> {
    return this.#read(() => this.#disk.memory.inspect(query))
  }

  get(seq: number): Promise<TaskRecord | undefined> {
    return this.#read(() => this.#disk.memory.get(seq))
  }

  remember(): Promise<void> {
    return this.#write(() => undefined)
  }

  recall(query: TraceQuery & { readonly seq?: number }): Promise<AttemptTrace[]> {
    return this.#read(() => this.#disk.memory.recall(query))
  }

  onFailure(): void {
    // A disk that fails is another simulation.
  }

  async close(): Promise<void> {
    await this.#write(() => undefined)
    this.#disk.started.clear()
    this.#disk.clean = true
    this.#dead = true
  }

  /** The process dies: some of what was not acknowledged reached the disk, from the front. */
  crash(): void {
    this.#dead = true
    const kept = this.#chance.int(0, this.#queue.length)
    for (const { apply } of this.#queue.slice(0, kept)) apply()
    this.#queue = []
  }

  #write(apply: () => void): Promise<void> {
    if (this.#dead) return new Promise(() => {})
    return new Promise((resolve) => {
      this.#queue.push({ apply, done: resolve })
      if (this.#queue.length === 1) this.#flush()
    })
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    await this.#write(() => undefined)
    return read()
  }

  // One flush at a time; whatever gathers meanwhile goes with the next: a group commit.
  #flush(): void {
    const count = this.#queue.length
    this.#clock.after(this.#chance.next() * 4, () => {
      if (this.#dead) return
      const flushed = this.#queue.splice(0, count)
      for (const { apply } of flushed) apply()
      for (const { done } of flushed) done()
      if (this.#queue.length > 0) this.#flush()
    })
  }

  #page(rows: readonly TaskRecord[]): PendingPage {
    const typeNames = [...new Set(rows.map(({ type }) => type))]
    const column = (value: (row: TaskRecord) => number): number[] => rows.map(value)
    return {
      count: rows.length,
      seqs: Float64Array.from(column(({ seq }) => seq)),
      arms: Uint8Array.from(column(({ arm }) => ARM_IDS.indexOf(arm))),
      priorities: Uint8Array.from(column(({ priority }) => priority)),
      types: Uint16Array.from(column(({ type }) => typeNames.indexOf(type))),
      typeNames,
      dueAtMs: Float64Array.from(column(({ dueAtMs }) => dueAtMs ?? 0)),
      expiresAtMs: Float64Array.from(
        column(({ envelope }) => decodeStoredTask(envelope!).expiresAtMs ?? 0),
      ),
      attempts: Uint16Array.from(column(({ attempts }) => attempts.at(-1)?.attempt ?? 0)),
      attemptsBefore: Uint16Array.from(
        column(({ attempts }) => attempts.findLast(({ retried }) => retried)?.attempt ?? 0),
      ),
      levels: Uint32Array.from(column(({ envelope }) => decodeStoredTask(envelope!).level ?? 0)),
      parents: this.#parentsOf(rows),
      flags: Uint8Array.from(column((row) => this.#flags(row))),
    }
  }

  #parentsOf(rows: readonly TaskRecord[]): ReadonlyMap<number, Parents> {
    const parents = rows.map(({ seq }) => [seq, this.#disk.memory.parentsOf(seq)] as const)
    return new Map(parents.filter((entry): entry is [number, Parents] => entry[1] !== undefined))
  }

  #flags({ seq, attempts }: TaskRecord): number {
    const next = (attempts.at(-1)?.attempt ?? 0) + 1
    const { started, cancelled, checkpoints } = this.#disk
    return (
      (started.get(seq) === next ? PENDING_STARTED : 0) |
      (cancelled.has(seq) ? PENDING_CANCELLED : 0) |
      (checkpoints.has(seq) ? PENDING_CHECKPOINT : 0)
    )
  }
}

const UNSETTLED = TASK_STATES.filter((state) => !isFinal(state))
