import type { ArmId, FinalState, OnParentFailure, TaskId } from '../../protocol/task.ts'
import type {
  AttemptTrace,
  NewTask,
  RememberedTrace,
  Settlement,
  StoreCaps,
  TaskPage,
  TaskQuery,
  TaskRecord,
  TraceQuery,
} from './store.ts'

/**
 * What an embedded store writes down and finds again. It knows no order and no scheduling: `EmbeddedStore` keeps those in
 * memory above it. Two implementations: memory and SQLite. Every write resolves once it is as durable as `caps.ack` says.
 */
export interface Journal {
  readonly caps: StoreCaps
  /** Calls `page` with every task that is not settled, in the order of seqs, before it resolves. */
  open(page: (rows: PendingPage) => void): Promise<JournalOpened>
  /** One verdict per row; undefined when every row was new. */
  accept(rows: readonly AcceptRow[]): Promise<readonly AcceptVerdict[] | undefined>
  /**
   * One verdict per row of all their `accepts`, in order; undefined when every one was new. A conflict among the rows of a
   * settlement means that nothing of that settlement was written.
   */
  settle(rows: readonly SettleRow[]): Promise<readonly AcceptVerdict[] | undefined>
  recordStart(tokens: readonly StartToken[]): Promise<void>
  checkpoint(seq: number, attempt: number, value: Uint8Array): Promise<void>
  requestCancel(seqs: readonly number[]): Promise<void>
  /** One verdict per seq. Those that are `retried` are not settled any more. */
  retry(seqs: readonly number[]): Promise<readonly RetryVerdict[]>
  /** Envelopes and checkpoints of tasks that wait, in the order asked for. */
  load(seqs: readonly number[]): Promise<readonly LoadedTask[]>
  /** What the parents of these tasks left: a ParentResults each, in the order asked for. */
  parentResults(children: readonly number[]): Promise<readonly Uint8Array[]>
  /** The seqs behind callers' ids. */
  resolve(ids: readonly string[]): Promise<readonly (number | undefined)[]>
  /** Records as far as the journal knows: a task that is not settled comes back as `ready` or `scheduled`. */
  inspect(query: JournalQuery): Promise<TaskPage>
  get(seq: number): Promise<TaskRecord | undefined>
  remember(traces: readonly RememberedTrace[]): Promise<void>
  recall(query: TraceQuery & { readonly seq?: number }): Promise<AttemptTrace[]>
  onFailure(failed: (error: Error) => void): void
  close(): Promise<void>
}

/** A query whose ids were resolved, and whose states are what a journal can tell. */
export interface JournalQuery extends Omit<TaskQuery, 'ids'> {
  readonly seqs?: readonly number[]
}

export interface JournalOpened {
  /** The highest seq ever accepted, reclaimed ones included. */
  readonly seqMax: number
  readonly clean: boolean
  /** Tasks that ran when the last owner died, by its status file; with how often that happened in a row, this time included. */
  readonly suspects: readonly { readonly seq: number; readonly suspicions: number }[]
  /** Where threads note what they run (16 bytes a slot); undefined when nothing outlives the process. */
  readonly statusFile: string | undefined
}

export interface AcceptRow extends NewTask {
  readonly seq: number
  /** Wall clock; when delayed or scheduled. */
  readonly dueAtMs: number | undefined
  readonly acceptedAtMs: number
}

/** A settlement whose tasks to come have their numbers. */
export interface SettleRow extends Settlement {
  readonly accepts?: readonly AcceptRow[]
  /** Of these, the parts that it waits for: the last ones. */
  readonly partSeqs?: readonly number[]
}

export type AcceptVerdict =
  | { readonly kind: 'created'; readonly seq: number; readonly parents?: Parents | undefined }
  | { readonly kind: 'existing' | 'conflict'; readonly seq: number }
  | { readonly kind: 'unknown-parent'; readonly seq: number; readonly parent: TaskId }

/** What a task that is not settled was told to wait for, as the journal knows it. */
export interface Parents {
  /** `part`: they are its parts, in their order. */
  readonly onFailure: OnParentFailure | 'part'
  readonly states: readonly ParentState[]
}

export interface ParentState {
  readonly seq: number
  /** Undefined while it has not ended. */
  readonly ended: FinalState | undefined
}

export type RetryVerdict =
  | { readonly kind: 'pending' | 'succeeded' | 'dropped' }
  | { readonly kind: 'retried'; readonly task: RetriedTask }

/** What the order needs of a task that runs anew. */
export interface RetriedTask {
  readonly arm: ArmId
  readonly type: string
  readonly priority: number
  /** Attempts that ended, all of them before this run. */
  readonly attempts: number
  readonly level: number
  readonly parents: Parents | undefined
}

export interface StartToken {
  readonly seq: number
  readonly attempt: number
}

export interface LoadedTask {
  readonly envelope: Uint8Array
  readonly checkpoint: Uint8Array | undefined
  /** PartResults of a task that was split. */
  readonly parts: Uint8Array | undefined
}

/** Columns of tasks that are not settled; the same index is the same task. */
export interface PendingPage {
  readonly count: number
  readonly seqs: Float64Array
  /** Index in ARM_IDS. */
  readonly arms: Uint8Array
  readonly priorities: Uint8Array
  /** Index in `typeNames`. */
  readonly types: Uint16Array
  readonly typeNames: readonly string[]
  /** Wall clock, 0 when ready at once. */
  readonly dueAtMs: Float64Array
  /** Wall clock, 0 when it never expires. */
  readonly expiresAtMs: Float64Array
  /** Attempts that ended. */
  readonly attempts: Uint16Array
  /** Of these, attempts of earlier runs. */
  readonly attemptsBefore: Uint16Array
  readonly flags: Uint8Array
  /** Mostly 0. */
  readonly levels: Uint32Array
  /** Of the few that wait for others, by seq. */
  readonly parents: ReadonlyMap<number, Parents>
}

/** The next attempt had a durable start record: it ran, and nobody knows how far. */
export const PENDING_STARTED = 1
/** Its cancellation was acknowledged before the owner died. */
export const PENDING_CANCELLED = 2
/** A checkpoint of an earlier attempt waits for the next one. */
export const PENDING_CHECKPOINT = 4
