import { SeqMap } from '../seq-map.ts'
import type { LoadedTask } from './journal.ts'

/** Envelopes of the next tasks in each order, so that a claim rarely waits for the disk. It caches, it decides nothing. */
export class EnvelopeWindow {
  readonly #load: (seqs: readonly number[]) => Promise<readonly LoadedTask[]>
  readonly #cached = new SeqMap<LoadedTask>()
  #bytes = 0
  #loading: Promise<void> | undefined
  /** Removed while a look ahead was under way: must not come back with it. */
  readonly #dropped = new Set<number>()

  constructor(load: (seqs: readonly number[]) => Promise<readonly LoadedTask[]>) {
    this.#load = load
  }

  /** Keeps the envelope of what will wait if there is room; beyond that it is read back when its turn comes near. */
  offer(seq: number, task: LoadedTask): void {
    const fits = this.#bytes + task.envelope.byteLength <= BYTES_MAX
    if (fits && this.#cached.size < TASKS_MAX) this.put(seq, task)
  }

  /** Keeps a task that was handed back: its turn is next. */
  put(seq: number, task: LoadedTask): void {
    this.take(seq)
    this.#keep(seq, task)
  }

  has(seq: number): boolean {
    return this.#cached.has(seq)
  }

  take(seq: number): LoadedTask | undefined {
    const task = this.#cached.take(seq)
    if (task !== undefined) this.#bytes -= task.envelope.byteLength
    return task
  }

  forget(seq: number): void {
    this.take(seq)
    if (this.#loading !== undefined) this.#dropped.add(seq)
  }

  /** Reads what is missing of a claim, after a look ahead that may bring it. */
  async fetch(wanted: readonly number[]): Promise<void> {
    await this.#loading?.catch(() => undefined)
    const seqs = wanted.filter((seq) => !this.#cached.has(seq))
    if (seqs.length === 0) return
    const loaded = await this.#load(seqs)
    for (const [index, task] of loaded.entries()) {
      const seq = seqs[index]
      if (seq !== undefined) this.put(seq, task)
    }
  }

  /** Starts to read ahead when the head of the order is not cached far enough. */
  prefetch(peek: (max: number) => readonly number[]): void {
    if (this.#loading !== undefined) return
    const missing = peek(AHEAD).filter((seq) => !this.#cached.has(seq))
    if (missing.length < AHEAD_MIN) return
    this.#loading = this.#readAhead(missing).finally(() => {
      this.#loading = undefined
      this.#dropped.clear()
    })
    // A failing store says so to every claim; a failed look ahead is not worth a second report.
    this.#loading.catch(() => undefined)
  }

  async #readAhead(seqs: readonly number[]): Promise<void> {
    const loaded = await this.#load(seqs)
    for (const [index, task] of loaded.entries()) {
      const seq = seqs[index]
      if (seq !== undefined && !this.#dropped.has(seq) && !this.#cached.has(seq))
        this.#keep(seq, task)
    }
  }

  #keep(seq: number, task: LoadedTask): void {
    this.#cached.set(seq, task)
    this.#bytes += task.envelope.byteLength
  }
}

/** Together at most 8 MiB of envelopes: about 1,000 bytes for each of 8,192, or 8 bytes a task at a million pending. */
const TASKS_MAX = 8_192
const BYTES_MAX = 8 * 1024 * 1024
const AHEAD = 1_024
const AHEAD_MIN = 256
