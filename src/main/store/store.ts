import type { LogLine } from '../../protocol/host.ts'
import type { Failure, FailureReason, Outcome } from '../../protocol/outcome.ts'
import type {
  ArmId,
  FinalState,
  OnParentFailure,
  PayloadBytes,
  TaskId,
  TaskState,
} from '../../protocol/task.ts'

/**
 * What the engine needs of a store. Each embedded store owns the order of what waits as well as the record of what was:
 * whatever is claimed is claimed once, whatever is settled is settled only while it still runs at that attempt.
 * `test/contract/store.ts` runs against every implementation.
 */
export interface TaskStore {
  readonly caps: StoreCaps
  open(): Promise<OpenedStore>
  /** Resolves when durable. One result per task, in order. */
  enqueue(batch: readonly NewTask[]): Promise<EnqueueResult[]>
  /** Takes from the head of the arm's order: at most `max`, and only as long as `admit` says yes to the next one's type. */
  claim(arm: ArmId, max: number, admit: Admit): Promise<Claim[]>
  /**
   * Resolves when durable. `stale`: the task no longer runs at that attempt, nothing was changed. A conflict: one of the
   * tasks it brings along has an id that is taken by another; nothing was changed, and the attempt may be settled anew.
   */
  settle(batch: readonly Settlement[]): Promise<SettleResult[]>
  /** Claimed and not started: back to the front of the order, uncharged. In memory, at once. */
  release(claims: readonly Claim[]): void
  /** Records durably that these attempts start now, so that power loss counts as one. */
  recordStart(claims: readonly Claim[]): Promise<void>
  checkpoint(seq: number, attempt: number, value: Uint8Array): Promise<void>
  /** Removes what waits; what runs is marked so that recovery honours it. Resolves when durable. */
  cancel(ids: readonly string[]): Promise<CancelResult[]>
  /**
   * Gives tasks that failed or were cancelled another run: the same task with a new budget of attempts, its history kept.
   * Resolves when durable.
   */
  retry(ids: readonly string[]): Promise<RetryResult[]>
  /** Called with the arm whenever a task of it became ready. Direct and coalesced by the listener. */
  onWake(wake: (arm: ArmId) => void): Unsubscribe
  /**
   * Called with tasks that must not run: their time to start has passed, or a cancel met them on their way back from a
   * thread or to another attempt. They count as running until settled.
   */
  onVerdict(judged: (verdicts: readonly Verdict[]) => void): Unsubscribe
  /** Called with what the store's parts of tasks come to. */
  onParts(listener: PartsListener): Unsubscribe
  /** Called once when the store can no longer keep its promises; every later call rejects with the same error. */
  onFailure(failed: (error: Error) => void): void
  /** Depths by arm and state, from memory, at once. */
  depth(): StoreDepth
  /** How many could be claimed now; behind a fence, only those before it. */
  readyCount(arm: ArmId): number
  /** Verdicts are on their way: something that waits will end without having run. */
  readonly judging: boolean
  /** All that waits, ready or due later; cheap. */
  readonly waitingCount: number
  /** Looks again at stored tasks whose type nobody served. */
  reconsider(): void
  /** The highest priority that waits in the arm, or -1. */
  headPriority(arm: ArmId): number
  /** From now on `claim` gives only what is ready now, until the fence is lifted. */
  fence(): void
  lift(): void
  inspect(query: TaskQuery): Promise<TaskPage>
  /** One record by id, with payload, attempts and logs. */
  get(id: string): Promise<TaskRecord | undefined>
  remember(traces: readonly RememberedTrace[]): Promise<void>
  recall(query: TraceQuery): Promise<AttemptTrace[]>
  close(): Promise<void>
}

export type Unsubscribe = () => void
export type Admit = (type: string) => boolean

export interface PartProgress {
  /** The seq of the task that split. */
  readonly whole: number
  readonly done: number
  readonly total: number
}

export interface PartsListener {
  /** A part has succeeded. */
  progressed(progress: PartProgress): void
  /** Parts that run and are to stop, because their whole has ended. */
  stop(seqs: readonly number[]): void
}

export interface StoreCaps {
  readonly ack: 'fsync' | 'memory' | 'everysec'
  /** Do two owners exclude each other by a token on every write? Embedded stores have one owner instead. */
  readonly fenced: boolean
  readonly lease: boolean
  readonly wake: 'push' | 'poll'
  readonly bytesMax: number
}

export interface OpenedStore {
  /** Tasks that wait, the interrupted among them. */
  readonly pending: number
  /** Attempts that were running when the last owner died. */
  readonly interrupted: number
  /** Did the last owner close the store, or did it die? True for a new store. */
  readonly clean: boolean
  /** Where threads note what they run, 16 bytes a slot; undefined when nothing outlives the process. */
  readonly statusFile: string | undefined
  /** Tasks whose fate is clear from what the last owner left: they are claimed, and wait for their settle. */
  readonly verdicts: readonly Verdict[]
}

export type Verdict =
  /**
   * `lost`: its start was on record. `cancelled`: its cancel was acknowledged. `quarantined`: it ran when the owner died,
   * too often. `expired`: it had not started in time.
   */
  | { readonly claim: Claim; readonly why: 'lost' | 'cancelled' | 'quarantined' | 'expired' }
  /** A task that it waited for did not succeed: it is cancelled, or it fails. `root` is the one that failed first. */
  | {
      readonly claim: Claim
      readonly why: 'skipped' | 'parent-failed' | 'part-failed'
      readonly root: TaskId
    }

export interface NewTask {
  readonly arm: ArmId
  readonly type: string
  readonly priority: number
  /** Ready this long after acceptance, by the monotonic clock. */
  readonly delayMs: number | undefined
  /** Ready at this wall-clock time. */
  readonly runAtMs: number | undefined
  /** Fails as expired when not started by this wall-clock time. */
  readonly expiresAtMs: number | undefined
  /** A StoredTask (proto/octopus/v1/task.proto). */
  readonly envelope: Uint8Array
  /** A caller's own id. The same id with the same hash is the same task; with another hash, a conflict. */
  readonly id: TaskId | undefined
  readonly payloadHash: Uint8Array | undefined
  /** Undefined for a task that waits for no other. */
  readonly dependsOn: DependsOn | undefined
  /** Among equals of a priority the highest starts first; 0 for most. */
  readonly level: number
}

/** What a task waits for: it is blocked until all of these have ended, and ends with the first that failed, unless told to run. */
export interface DependsOn {
  /** Ids of tasks that are in the store, or that come before it in the batch. */
  readonly parents: readonly TaskId[]
  readonly onFailure: OnParentFailure
}

export type EnqueueResult =
  | { readonly kind: 'created'; readonly seq: number }
  | { readonly kind: 'existing'; readonly seq: number }
  | { readonly kind: 'conflict'; readonly seq: number }
  /** Nothing was accepted: there is no record of a task that it waits for. */
  | { readonly kind: 'unknown-parent'; readonly seq: number; readonly parent: TaskId }

/** A task on its way to a thread. Its token is (seq, attempt). */
export interface Claim {
  readonly seq: number
  /** Counted through all runs of the task, so that no two attempts of it are ever the same. */
  readonly attempt: number
  /** Attempts that ended before this run of the task; more than 0 once it was retried. */
  readonly attemptsBefore: number
  readonly type: string
  readonly arm: ArmId
  readonly priority: number
  /** When it became ready, monotonic ms. */
  readonly readyAtMs: number
  readonly envelope: Uint8Array
  readonly checkpoint: Uint8Array | undefined
  /** A ParentResults; undefined for a task that waited for nobody. */
  readonly parents: Uint8Array | undefined
  /** PartResults, when its last attempt that did not fail was a split. */
  readonly parts: Uint8Array | undefined
  /** It ran when an earlier owner died: it runs alone in its batch, one such task at a time in the whole engine. */
  readonly suspect: boolean
}

/** The legal moves out of `running` (and, for expired ones, out of `ready` and `scheduled`). */
export type Move =
  | { readonly to: 'succeeded' }
  | { readonly to: 'failed' }
  | { readonly to: 'cancelled' }
  | { readonly to: 'scheduled'; readonly delayMs: number }
  /** The attempt split: its task goes on once the parts have succeeded. */
  | { readonly to: 'blocked' }

export interface Settlement {
  readonly seq: number
  readonly attempt: number
  readonly move: Move
  readonly outcome: Outcome
  readonly times: AttemptTimes
  readonly logs: readonly LogLine[]
  /** Accepted in the same transaction as the move: both or neither. */
  readonly enqueues?: readonly NewTask[]
  /** Those that a blocked task waits for, accepted likewise. */
  readonly parts?: readonly NewTask[]
}

/** Consecutive spans of one attempt. Microseconds, except the wall-clock stamp. */
export interface AttemptTimes {
  /** Ready until claimed. */
  readonly waitUs: number
  /** Claimed until the thread started it. */
  readonly dispatchUs: number
  readonly runUs: number
  /** Finished in the thread until handed to the store. */
  readonly settleUs: number
  readonly threadId: number
  readonly settledAtMs: number
}

/** Why nothing of a settlement was written: an id that another task has, or a task to wait for that nobody knows. */
export type Refused = { readonly conflict: TaskId } | { readonly unknownParent: TaskId }

export type SettleResult = 'applied' | 'stale' | Refused
export type CancelResult = 'removed' | 'running' | 'gone' | 'unknown'

/**
 * `retried`: a new run of it is on record. `pending`: it has not ended. `succeeded`: such a task never runs again.
 * `dropped`: retention took what a run would need, or its record holds as many attempts as fit (1,023). `unknown`: there
 * never was such a task.
 */
export type RetryResult = 'retried' | 'pending' | 'succeeded' | 'dropped' | 'unknown'

export interface StoreDepth {
  readonly ready: Readonly<Record<ArmId, number>>
  readonly running: Readonly<Record<ArmId, number>>
  readonly scheduled: Readonly<Record<ArmId, number>>
  /** Waiting for other tasks. */
  readonly blocked: Readonly<Record<ArmId, number>>
  readonly unserved: number
  /** The next moment at which something becomes due, monotonic ms; undefined when nothing is. */
  readonly nextDueMs: number | undefined
}

export interface TaskQuery {
  readonly ids?: readonly string[]
  readonly states?: readonly TaskState[]
  readonly arm?: ArmId
  readonly type?: string
  /** Ids that begin with this. */
  readonly idPrefix?: string
  /** Accepted at this wall-clock time or earlier, or later. */
  readonly createdUntilMs?: number
  readonly createdSinceMs?: number
  /** Failed or cancelled for this reason. */
  readonly reason?: FailureReason
  /** At most 1,000 a page; default 100. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: number
}

export interface TaskPage {
  readonly tasks: readonly TaskRecord[]
  /** Pass as `after` for the next page; undefined on the last. */
  readonly next: number | undefined
}

export interface TaskRecord {
  readonly id: TaskId
  readonly seq: number
  readonly type: string
  readonly arm: ArmId
  readonly priority: number
  readonly state: TaskState
  readonly createdAtMs: number
  readonly dueAtMs: number | undefined
  /** The tasks it was told to wait for. */
  readonly after: readonly TaskId[]
  /** Of these, those it still waits for. */
  readonly awaiting: readonly TaskId[]
  /** Attempts that ended. */
  readonly attempts: readonly AttemptRecord[]
  /** The whole StoredTask as kept; undefined once retention by bytes dropped it. */
  readonly envelope: Uint8Array | undefined
  readonly result: PayloadBytes | undefined
  readonly failure: Failure | undefined
  readonly logs: readonly LogLine[]
}

/** What followed for the task: `scheduled` for another attempt, `blocked` until its parts are done. */
export type AttemptState = FinalState | 'scheduled' | 'blocked'

export interface AttemptRecord extends AttemptTimes {
  readonly attempt: number
  readonly state: AttemptState
  /** It ended the task, which was given another run since. */
  readonly retried: boolean
  readonly failure: Failure | undefined
}

export interface TraceQuery {
  readonly task?: string
  readonly arm?: ArmId
  readonly type?: string
  readonly outcome?: 'succeeded' | 'failed'
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Newest first; default 100, at most 1,000. */
  readonly limit?: number
}

export interface AttemptTrace extends AttemptTimes {
  readonly source: 'engine'
  readonly task: TaskId
  readonly seq: number
  readonly type: string
  readonly arm: ArmId
  readonly attempt: number
  readonly outcome: 'succeeded' | 'failed'
  readonly state: AttemptState
  readonly failure: Failure | undefined
}

/** Whatever a host or a handler asked NeuralMesh to remember beside the engine's own attempts. */
export interface RememberedTrace {
  readonly atMs: number
  readonly source: string
  readonly body: Uint8Array
}
