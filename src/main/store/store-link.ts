import { Worker } from 'node:worker_threads'
import { OctopusError } from '../../protocol/errors.ts'
import type { PendingPage } from './journal.ts'
import { errorFrom, storeError } from './sqlite-errors.ts'
import {
  answerTo,
  type AnswerTo,
  type FromStore,
  type ReadAnswer,
  type ReadQuery,
  type ToStore,
} from './sqlite-messages.ts'

type OpenMessage = Extract<ToStore, { kind: 'open' }>
type FlushMessage = Extract<ToStore, { kind: 'flush' }>
export type Flushed = Extract<FromStore, { kind: 'flushed' }>
export type Opened = Extract<FromStore, { kind: 'opened' }>

/**
 * The line to the store thread. Each question is a promise; the first failure ends them all, and every later one, with
 * the same error. A line on which nothing is waited for does not keep the process alive.
 */
export class StoreLink {
  readonly #path: string
  readonly #failed: (error: Error) => void
  #worker: Worker | undefined
  #page: (page: PendingPage) => void = () => {}
  #opening: PromiseWithResolvers<Opened> | undefined
  #flushing: PromiseWithResolvers<Flushed> | undefined
  #closing: PromiseWithResolvers<void> | undefined
  readonly #reads = new Map<number, PromiseWithResolvers<ReadAnswer>>()
  #calls = 0
  #failure: Error | undefined

  constructor(path: string, failed: (error: Error) => void) {
    this.#path = path
    this.#failed = failed
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  open(message: OpenMessage, page: (page: PendingPage) => void): Promise<Opened> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#page = page
    this.#worker = this.#start()
    this.#opening = Promise.withResolvers()
    this.#post(message)
    return this.#opening.promise
  }

  /** One at a time. The buffers travel and come back with the answer. */
  flush(message: FlushMessage): Promise<Flushed> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#flushing = Promise.withResolvers()
    this.#post(message, [message.words.buffer, message.bytes.buffer])
    return this.#flushing.promise
  }

  async ask<Query extends ReadQuery>(query: Query): Promise<AnswerTo<Query>> {
    if (this.#failure !== undefined) throw this.#failure
    const call = this.#calls++
    const asked = Promise.withResolvers<ReadAnswer>()
    this.#reads.set(call, asked)
    this.#post({ kind: 'read', call, query })
    const answer = await asked.promise
    return answerTo(query, answer)
  }

  /** Resolves also after a failure: then the thread only lets go of what it holds. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    this.#closing = Promise.withResolvers()
    this.#post({ kind: 'close' })
    await this.#closing.promise
    this.#failure ??= new OctopusError('E_CLOSED', `the store ${this.#path} is closed`, {
      hint: 'Open it again to go on.',
    })
    this.#worker = undefined
    await worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.resolve('#store-thread')), {
      name: 'octopus-store',
    })
    worker.on('message', (message: FromStore) => this.#heard(message))
    worker.on('error', (error) => this.#fail(storeError(error, this.#path)))
    worker.on('exit', () => this.#ended())
    return worker
  }

  #post(message: ToStore, transfer: ArrayBuffer[] = []): void {
    this.#worker?.ref()
    this.#worker?.postMessage(message, transfer)
  }

  #heard(message: FromStore): void {
    switch (message.kind) {
      case 'flushed':
        this.#flushing?.resolve(message)
        this.#flushing = undefined
        break
      case 'answer':
        this.#answered(message.call)?.resolve(message.answer)
        break
      case 'refused':
        this.#answered(message.call)?.reject(errorFrom(message.error))
        break
      case 'page':
        this.#page(message.page)
        break
      case 'opened':
        this.#opening?.resolve(message)
        this.#opening = undefined
        break
      case 'failed':
        this.#fail(errorFrom(message.error))
        break
      case 'closed':
        this.#closing?.resolve()
    }
    this.#rest()
  }

  #answered(call: number): PromiseWithResolvers<ReadAnswer> | undefined {
    const asked = this.#reads.get(call)
    this.#reads.delete(call)
    return asked
  }

  #rest(): void {
    const waited = this.#opening ?? this.#flushing ?? this.#closing
    if (waited === undefined && this.#reads.size === 0) this.#worker?.unref()
  }

  #ended(): void {
    if (this.#closing === undefined)
      this.#fail(storeError(new Error('the store thread ended'), this.#path))
    this.#closing?.resolve()
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const waiting of [this.#opening, this.#flushing, ...this.#reads.values()])
      waiting?.reject(error)
    this.#opening = undefined
    this.#flushing = undefined
    this.#reads.clear()
    this.#failed(error)
  }
}
