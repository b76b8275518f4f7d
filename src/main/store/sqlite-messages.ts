import type { ErrorCode } from '../../protocol/errors.ts'
import type { JournalOpened, Parents, PendingPage } from './journal.ts'
import type { Owner } from './owner-lock.ts'
import type { BatchBuffers } from './sqlite-batch.ts'

/** What main asks of the store thread. One flush at a time; reads go in between. */
export type ToStore =
  | {
      readonly kind: 'open'
      readonly path: string
      readonly retention: Retention
      readonly owner: Owner
    }
  | ({
      readonly kind: 'flush'
      readonly wordCount: number
      readonly newTypes: readonly string[]
      /** Wall clock, for what is old enough to go. */
      readonly nowMs: number
    } & BatchBuffers)
  | { readonly kind: 'read'; readonly call: number; readonly query: ReadQuery }
  | { readonly kind: 'close' }

/** What the store thread answers. After `failed` nothing else comes. */
export type FromStore =
  | { readonly kind: 'page'; readonly page: PendingPage }
  | { readonly kind: 'opened'; readonly opened: JournalOpened; readonly types: readonly string[] }
  | ({
      readonly kind: 'flushed'
      readonly verdicts: Float64Array | undefined
      /** Of the flush's retries, in order. */
      readonly retries: Float64Array | undefined
      /** Of tasks that were accepted or retried and wait for others, by seq. */
      readonly parents: ReadonlyMap<number, Parents> | undefined
    } & BatchBuffers)
  | { readonly kind: 'answer'; readonly call: number; readonly answer: ReadAnswer }
  | { readonly kind: 'refused'; readonly call: number; readonly error: ErrorMessage }
  | { readonly kind: 'failed'; readonly error: ErrorMessage }
  | { readonly kind: 'closed' }

/** How long settled tasks are kept, and how much room all of it may take. */
export interface Retention {
  readonly ageMs: number
  readonly bytesMax: number
}

export interface ErrorMessage {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | undefined
  readonly cause: string | undefined
}

/**
 * Three numbers a verdict: the row's place in the flush, one of these, and the seq that holds the id, or the place of the
 * unknown one among its parents.
 */
export const VERDICT_WIDTH = 3
export const VERDICT = { existing: 1, conflict: 2, unknownParent: 3 } as const

/** Six numbers a retry: one of these; of a task that was retried also its arm, type, priority, attempts that ended, level. */
export const RETRY_WIDTH = 6
export const RETRY = { retried: 1, pending: 2, succeeded: 3, dropped: 4 } as const

export type ReadQuery =
  | { readonly what: 'load'; readonly seqs: Float64Array }
  | { readonly what: 'resolve'; readonly ids: readonly string[] }
  | ({ readonly what: 'inspect' } & InspectSlice)
  | { readonly what: 'get'; readonly seq: number }
  | { readonly what: 'parents'; readonly children: readonly number[] }
  | ({ readonly what: 'recall' } & RecallSlice)

/** One bounded look through the tasks after a seq; main asks again until its page is full. */
export interface InspectSlice {
  readonly after: number
  readonly limit: number
  readonly seqs: readonly number[] | undefined
  readonly arm: number | undefined
  readonly type: number | undefined
  /** What the envelopes hold somewhere: a first sieve for ids, which have no index by their beginning. */
  readonly envelopePart: Uint8Array | undefined
  /** Codes of final states; 0 is "not settled". Undefined: all. */
  readonly states: readonly number[] | undefined
}

/** One bounded look through the attempts before a key, newest first. */
export interface RecallSlice {
  readonly before: number
  readonly limit: number
  readonly seq: number | undefined
  readonly arm: number | undefined
  readonly type: number | undefined
  readonly outcome: 'any' | 'succeeded' | 'failed'
  readonly sinceMs: number
  readonly untilMs: number
}

export type ReadAnswer =
  | ({ readonly what: 'load' } & LoadedColumns)
  | { readonly what: 'resolve'; readonly seqs: Float64Array }
  | ({ readonly what: 'inspect' } & StoredSlice)
  | { readonly what: 'get'; readonly task: StoredRecord | undefined }
  | { readonly what: 'parents'; readonly results: readonly Uint8Array[] }
  | ({ readonly what: 'recall' } & StoredSlice)

export type AnswerTo<Query extends ReadQuery> = Extract<ReadAnswer, { what: Query['what'] }>

/** The answer as what was asked for; that it is something else is a fault of ours. */
export function answerTo<Query extends ReadQuery>(
  query: Query,
  answer: ReadAnswer,
): AnswerTo<Query> {
  if (isAnswerTo(query, answer)) return answer
  throw new TypeError(`asked the store for ${query.what}, got ${answer.what}`)
}

function isAnswerTo<Query extends ReadQuery>(
  query: Query,
  answer: ReadAnswer,
): answer is AnswerTo<Query> {
  return answer.what === query.what
}

/** Numbers a task in `LoadedColumns.lengths`. */
export const LOADED_WIDTH = 3

/** Envelope, checkpoint and results of parts of each task, behind each other in one buffer; a length of -1 means none. */
export interface LoadedColumns {
  readonly lengths: Int32Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What one look found, and where the next one starts; undefined when everything was looked at. */
export interface StoredSlice {
  readonly tasks: readonly StoredRecord[]
  readonly next: number | undefined
}

export interface StoredRecord {
  readonly seq: number
  readonly arm: number
  readonly type: number
  readonly priority: number
  readonly dueAtMs: number
  readonly dropped: boolean
  readonly envelope: Uint8Array
  readonly attempts: readonly StoredAttempt[]
}

export interface StoredAttempt {
  readonly attempt: number
  readonly state: number
  readonly form: number
  readonly settledAtMs: number
  readonly dueAtMs: number
  readonly waitUs: number
  readonly dispatchUs: number
  readonly runUs: number
  readonly settleUs: number
  readonly threadId: number
  readonly outcome: Uint8Array | undefined
  readonly logs: Uint8Array | undefined
}
