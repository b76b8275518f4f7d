import type { MessagePort } from 'node:worker_threads'
import type { Grants, Progress } from './host.ts'
import type { Failure } from './outcome.ts'
import type { AbortReason } from './region.ts'

/** What a thread is born with: the same for all threads of an arm. */
export interface ThreadData {
  readonly grants: Grants
  readonly cacheDir: string
  readonly resultBytesMax: number
  /** Where it notes what it runs; undefined when nothing outlives the process. */
  readonly statusFile: string | undefined
  readonly batchHandlers: Readonly<Record<string, HandlerModule>>
  readonly hostEnv: Readonly<Record<string, string>>
}

/** Where a type's handler is found. The registry is main's: a thread imports nothing else. */
export interface HandlerModule {
  readonly module: string
  readonly exportName: string
}

export interface TypeModule extends HandlerModule {
  readonly type: string
}

/** Main to thread, one run of the pool. */
export interface BatchMessage {
  readonly batch: number
  readonly region: SharedArrayBuffer
  /** An AssignmentBatch. */
  readonly bytes: Uint8Array
  readonly types: readonly TypeModule[]
  /** The host services that main can reach now. */
  readonly services: readonly string[]
}

/** What the thread's run of a batch returns. */
export interface BatchEnd {
  readonly threadId: number
  /** Reports that did not fit the region, and progress: posted, they may arrive after this. */
  readonly posted: number
  /** The thread must run nothing more; why. */
  readonly retire: string | undefined
  /** Kinds of resources that outlived the batch, once a kind and thread. */
  readonly leftovers: readonly string[]
}

/** Thread to main, at any time. */
export type ThreadMessage =
  | { readonly kind: 'doorbell'; readonly batch: number }
  | { readonly kind: 'report'; readonly batch: number; readonly bytes: Uint8Array }
  | {
      readonly kind: 'progress'
      readonly batch: number
      readonly seq: number
      readonly attempt: number
      readonly progress: Progress
    }
  /** A failure of a task that is over, or of nobody known (seq 0). */
  | {
      readonly kind: 'late'
      readonly threadId: number
      readonly seq: number
      readonly attempt: number
      readonly failure: Failure
    }
  | { readonly kind: 'control'; readonly threadId: number; readonly port: MessagePort }
  | { readonly kind: 'link'; readonly threadId: number; readonly port: MessagePort }

/** Main to thread, over its control port. */
export interface AbortMessage {
  readonly seq: number
  readonly reason: AbortReason
}

export function isThreadMessage(value: unknown): value is ThreadMessage {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
  )
}
