import type { RememberedTrace } from './store.ts'
import { ARM_IDS, ON_PARENT_FAILURE } from '../../protocol/task.ts'
import { encodeLogs } from '../../protocol/envelope.ts'
import { KEYS_PER_TASK } from './history-key.ts'
import type { AcceptRow, SettleRow, StartToken } from './journal.ts'
import { formOf, outcomeBytes, STATE } from './outcome-code.ts'

/**
 * One flush on its way to the store thread: a stream of operations as numbers, and the bytes they speak of behind each
 * other. No object per row crosses the thread, and both buffers come back with the acknowledgement to be filled again.
 *
 * ```
 * words  | op a b c … | op a b … |      widths: see WIDTH
 * bytes  | envelope | id | hash | outcome | …      in the order of their lengths in `words`
 * ```
 */
export interface BatchBuffers {
  readonly words: Float64Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
}

export const OP = {
  accept: 1,
  acceptNamed: 2,
  settle: 3,
  start: 4,
  checkpoint: 5,
  cancel: 6,
  trace: 7,
  /** A settle and so many accepts after it: all or none of them. The last of them may be its parts, seqs in a row. */
  settleWith: 8,
  retry: 9,
  /** Waits for others, or has a level. Its id may be empty. */
  acceptLinked: 10,
} as const

/** Words of each operation, its code included; the index is the code. */
export const WIDTH: readonly number[] = [0, 8, 10, 14, 3, 3, 2, 4, 17, 2, 13]

export class BatchWriter {
  #words: Float64Array<ArrayBuffer>
  #bytes: Uint8Array<ArrayBuffer>
  #wordCount = 0
  #byteCount = 0
  #accepted = 0
  #retried = 0

  constructor(buffers?: BatchBuffers) {
    this.#words = buffers?.words ?? new Float64Array(4_096)
    this.#bytes = buffers?.bytes ?? new Uint8Array(65_536)
  }

  get wordCount(): number {
    return this.#wordCount
  }

  /** Rows given to `accept` so far; a verdict names its row by this count. */
  get accepted(): number {
    return this.#accepted
  }

  /** Tasks given to `retry` so far: their verdicts come in this order. */
  get retried(): number {
    return this.#retried
  }

  get buffers(): BatchBuffers {
    return { words: this.#words, bytes: this.#bytes }
  }

  accept(row: AcceptRow, type: number): void {
    const at = this.#op(acceptOf(row))
    const words = this.#words
    words[at + 1] = row.seq
    words[at + 2] = ARM_IDS.indexOf(row.arm)
    words[at + 3] = type
    words[at + 4] = row.priority
    words[at + 5] = row.dueAtMs ?? 0
    words[at + 6] = row.expiresAtMs ?? 0
    words[at + 7] = this.#put(row.envelope)
    if (row.id !== undefined) {
      words[at + 8] = this.#putText(row.id)
      words[at + 9] = row.payloadHash === undefined ? 0 : this.#put(row.payloadHash)
    }
    if (isLinked(row)) this.#link(row, at)
    this.#accepted += 1
  }

  #link({ id, level, dependsOn }: AcceptRow, at: number): void {
    const words = this.#words
    if (id === undefined) words.fill(0, at + 8, at + 10)
    words[at + 10] = level
    words[at + 11] = ON_PARENT_FAILURE.indexOf(dependsOn?.onFailure ?? 'skip')
    words[at + 12] = dependsOn === undefined ? 0 : this.#putText(JSON.stringify(dependsOn.parents))
  }

  /** The accepts that belong to it must follow. */
  settle(settlement: SettleRow): void {
    const { move, times, outcome, logs, accepts, partSeqs = [] } = settlement
    if (settlement.attempt >= KEYS_PER_TASK)
      throw new RangeError(`task ${settlement.seq} has more than ${KEYS_PER_TASK - 1} attempts`)
    const at = this.#op(accepts === undefined ? OP.settle : OP.settleWith)
    const words = this.#words
    if (accepts !== undefined) {
      words[at + 14] = accepts.length
      words[at + 15] = partSeqs[0] ?? 0
      words[at + 16] = partSeqs.length
    }
    words[at + 1] = settlement.seq
    words[at + 2] = settlement.attempt
    words[at + 3] = STATE[move.to]
    words[at + 4] = formOf(outcome)
    words[at + 5] = times.settledAtMs
    words[at + 6] = move.to === 'scheduled' ? times.settledAtMs + move.delayMs : 0
    words[at + 7] = times.waitUs
    words[at + 8] = times.dispatchUs
    words[at + 9] = times.runUs
    words[at + 10] = times.settleUs
    words[at + 11] = times.threadId
    words[at + 12] = this.#put(outcomeBytes(outcome))
    words[at + 13] = logs.length === 0 ? 0 : this.#put(encodeLogs(logs))
  }

  start(token: StartToken): void {
    const at = this.#op(OP.start)
    this.#words[at + 1] = token.seq
    this.#words[at + 2] = token.attempt
  }

  checkpoint(seq: number, value: Uint8Array): void {
    const at = this.#op(OP.checkpoint)
    this.#words[at + 1] = seq
    this.#words[at + 2] = this.#put(value)
  }

  cancel(seq: number): void {
    const at = this.#op(OP.cancel)
    this.#words[at + 1] = seq
  }

  retry(seq: number): void {
    const at = this.#op(OP.retry)
    this.#words[at + 1] = seq
    this.#retried += 1
  }

  trace(trace: RememberedTrace): void {
    const at = this.#op(OP.trace)
    this.#words[at + 1] = trace.atMs
    this.#words[at + 2] = this.#putText(trace.source)
    this.#words[at + 3] = this.#put(trace.body)
  }

  #op(code: number): number {
    const at = this.#wordCount
    this.#wordCount += WIDTH[code] ?? 0
    if (this.#wordCount > this.#words.length) {
      const larger = new Float64Array(this.#words.length * 2)
      larger.set(this.#words)
      this.#words = larger
    }
    this.#words[at] = code
    return at
  }

  #put(bytes: Uint8Array): number {
    const length = bytes.byteLength
    if (length === 0) return 0
    this.#reserve(length)
    this.#bytes.set(bytes, this.#byteCount)
    this.#byteCount += length
    return length
  }

  #putText(text: string): number {
    this.#reserve(text.length * 3)
    const { written } = utf8.encodeInto(text, this.#bytes.subarray(this.#byteCount))
    this.#byteCount += written
    return written
  }

  #reserve(length: number): void {
    const needed = this.#byteCount + length
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#byteCount))
    this.#bytes = larger
  }
}

/** Walks a batch in the thread: `next` moves to the following operation, `take` hands out its bytes in order. */
export class BatchReader {
  readonly #words: Float64Array
  readonly #bytes: Uint8Array
  readonly #wordCount: number
  #at = 0
  #nextAt = 0
  #byteAt = 0

  constructor({ words, bytes }: BatchBuffers, wordCount: number) {
    this.#words = words
    this.#bytes = bytes
    this.#wordCount = wordCount
  }

  /** The code of the next operation, or 0 at the end. */
  next(): number {
    this.#at = this.#nextAt
    if (this.#at >= this.#wordCount) return 0
    const code = this.word(0)
    this.#nextAt += WIDTH[code] ?? 0
    return code
  }

  /** Where the walk is, to come back to. */
  get place(): BatchPlace {
    return { at: this.#at, nextAt: this.#nextAt, byteAt: this.#byteAt }
  }

  goBack({ at, nextAt, byteAt }: BatchPlace): void {
    this.#at = at
    this.#nextAt = nextAt
    this.#byteAt = byteAt
  }

  word(index: number): number {
    return this.#words[this.#at + index] ?? 0
  }

  /** A view of the next `length` bytes, valid until the batch is given back. */
  take(length: number): Uint8Array {
    const start = this.#byteAt
    this.#byteAt += length
    return this.#bytes.subarray(start, this.#byteAt)
  }

  takeText(length: number): string {
    return text.decode(this.take(length))
  }
}

interface BatchPlace {
  readonly at: number
  readonly nextAt: number
  readonly byteAt: number
}

function acceptOf(row: AcceptRow): number {
  if (isLinked(row)) return OP.acceptLinked
  return row.id === undefined ? OP.accept : OP.acceptNamed
}

function isLinked({ dependsOn, level }: AcceptRow): boolean {
  return dependsOn !== undefined || level > 0
}

const utf8 = new TextEncoder()
const text = new TextDecoder()
