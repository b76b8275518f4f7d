import { Piscina } from 'piscina'
import type { MessagePort } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import type { Region } from '../protocol/region.ts'
import { isThreadMessage } from '../protocol/thread-messages.ts'
import type {
  AbortMessage,
  BatchEnd,
  BatchMessage,
  ThreadData,
  ThreadMessage,
  TypeModule,
} from '../protocol/thread-messages.ts'

export interface PoolBatch {
  readonly batch: number
  readonly region: Region
  /** An AssignmentBatch of its exact size; it is transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly types: readonly TypeModule[]
  readonly services: readonly string[]
  /** In a thread that has run nothing, and will run nothing after it. */
  readonly fresh: boolean
}

/** The scheduler's side of a pool; what comes back are `PoolEvents`. */
export interface BatchPool {
  /** Takes effect with the next batch; what runs is not disturbed. */
  resize(threads: number): void
  /** Only for a free slot. */
  dispatch(batch: PoolBatch): void
  /** Tells a thread's running task to stop; heard only if the task lets its event loop turn. */
  abort(threadId: number, message: AbortMessage): void
  /** Ends a thread. Its batch, if any, is told as `died`. */
  kill(threadId: number): void
  /** New threads for what comes next: those there are do not take work. What runs is not disturbed. */
  renew(): void
}

/** What a pool tells of its batches. */
export interface PoolEvents {
  /** Look at the batch's region. */
  doorbell(batch: number): void
  /** Reports that did not fit the region. */
  reports(batch: number, bytes: Uint8Array): void
  ended(batch: number, end: BatchEnd): void
  /** Its thread is gone, or never took it. */
  died(batch: number, error: Error): void
  told(message: Extract<ThreadMessage, { kind: 'progress' | 'late' }>): void
  /** A thread opened its line to main's services. */
  linked(port: MessagePort): void
}

export interface PoolOptions {
  readonly threads: number
  readonly data: ThreadData
  readonly memoryMbMax: number | undefined
  readonly events: PoolEvents
}

/**
 * One arm's threads: a Piscina pool, made on first use, which is given work only for free slots and so never queues.
 * The only file that imports piscina.
 */
export class ArmPool implements BatchPool {
  readonly #options: PoolOptions
  readonly #controls = new Map<number, MessagePort>()
  /** Aborts of threads whose line is not open: it may be on its way. */
  readonly #unheard = new Map<number, AbortMessage>()
  /** The newest takes the work; earlier sizes end with their last batch. */
  #current: Generation | undefined
  readonly #retired = new Set<Generation>()
  #threads: number

  constructor(options: PoolOptions) {
    this.#options = options
    this.#threads = options.threads
  }

  resize(threads: number): void {
    if (threads === this.#threads) return
    this.#threads = threads
    this.renew()
  }

  renew(): void {
    if (this.#current !== undefined) this.#retire(this.#current)
    this.#current = undefined
  }

  dispatch(batch: PoolBatch): void {
    const generation = batch.fresh
      ? this.#ownGeneration()
      : (this.#current ??= this.#newGeneration(this.#threads))
    generation.flying.add(batch)
    const { bytes, types, services } = batch
    const message: BatchMessage = {
      batch: batch.batch,
      region: batch.region.memory,
      bytes,
      types,
      services,
    }
    generation.pool.run(message, { transferList: [batch.bytes.buffer] }).then(
      (end: BatchEnd) => this.#ended(generation, batch, end),
      (error: unknown) => this.#died(generation, batch, error),
    )
  }

  abort(threadId: number, message: AbortMessage): void {
    const port = this.#controls.get(threadId)
    if (port === undefined) this.#unheard.set(threadId, message)
    else port.postMessage(message)
  }

  kill(threadId: number): void {
    this.#unheard.delete(threadId)
    for (const generation of this.#generations()) {
      const worker = generation.pool.threads.find((thread) => thread.threadId === threadId)
      if (worker !== undefined) void worker.terminate()
    }
  }

  get threadCount(): number {
    let count = 0
    for (const generation of this.#generations()) count += generation.pool.threads.length
    return count
  }

  async close(): Promise<void> {
    await Promise.all(this.#generations().map((generation) => generation.pool.destroy()))
    for (const port of this.#controls.values()) port.close()
    this.#controls.clear()
  }

  #generations(): Generation[] {
    return [...this.#retired, ...(this.#current === undefined ? [] : [this.#current])]
  }

  #newGeneration(threads: number): Generation {
    const { data, memoryMbMax } = this.#options
    const pool = new Piscina({
      filename: fileURLToPath(import.meta.resolve('#thread')),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
      // The default waits for work inside Atomics.wait: timers, sockets and messages of the thread would stand still.
      atomics: 'disabled',
      recordTiming: false,
      workerData: data,
      ...(memoryMbMax === undefined
        ? {}
        : { resourceLimits: { maxOldGenerationSizeMb: memoryMbMax } }),
    })
    pool.on('message', (message: unknown) => this.#told(message))
    const generation: Generation = { pool, flying: new Set() }
    pool.on('error', (error: Error) => this.#unborn(generation, error))
    return generation
  }

  /** For one batch, and gone with it. */
  #ownGeneration(): Generation {
    const generation = this.#newGeneration(1)
    this.#retired.add(generation)
    return generation
  }

  #retire(generation: Generation): void {
    this.#retired.add(generation)
    this.#endIfIdle(generation)
  }

  #endIfIdle(generation: Generation): void {
    if (generation.flying.size > 0 || generation === this.#current) return
    this.#retired.delete(generation)
    void generation.pool.destroy()
  }

  // A thread that dies while it starts rejects no run: the pool keeps its batch for a thread that never comes.
  #unborn(generation: Generation, error: Error): void {
    for (const batch of generation.flying) {
      if (batch.region.threadId === 0) this.#options.events.died(batch.batch, error)
    }
  }

  #ended(generation: Generation, batch: PoolBatch, end: BatchEnd): void {
    generation.flying.delete(batch)
    if (this.#unheard.size > 0) this.#unheard.delete(end.threadId)
    if (end.retire !== undefined) this.kill(end.threadId)
    this.#endIfIdle(generation)
    this.#options.events.ended(batch.batch, end)
  }

  #died(generation: Generation, batch: PoolBatch, error: unknown): void {
    generation.flying.delete(batch)
    this.#endIfIdle(generation)
    this.#options.events.died(
      batch.batch,
      error instanceof Error ? error : new Error(String(error)),
    )
  }

  #told(message: unknown): void {
    if (!isThreadMessage(message)) return
    const { events } = this.#options
    switch (message.kind) {
      case 'doorbell':
        return events.doorbell(message.batch)
      case 'report':
        return events.reports(message.batch, message.bytes)
      case 'control':
        return this.#control(message.threadId, message.port)
      case 'link':
        message.port.unref()
        return events.linked(message.port)
      case 'progress':
        return events.told(message)
      case 'late':
        // An idle thread with a late failure is replaced at once; a busy one ends its batch and says so itself.
        return events.told(message)
      default:
        message satisfies never
    }
  }

  #control(threadId: number, port: MessagePort): void {
    this.#controls.set(threadId, port)
    const missed = this.#unheard.get(threadId)
    this.#unheard.delete(threadId)
    if (missed !== undefined) port.postMessage(missed)
    port.unref()
    port.on('close', () => this.#controls.delete(threadId))
  }
}

interface Generation {
  readonly pool: Piscina
  /** Batches whose run has not ended. */
  readonly flying: Set<PoolBatch>
}

/** A thread stays warm for a quiet minute; each costs about 13 MiB. */
const IDLE_MS = 60_000
