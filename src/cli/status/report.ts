import type { ArmId } from '../../main/light.ts'

/** What `octopus status` tells, whoever was asked. Undefined: only a living engine knows. */
export interface StatusReport {
  readonly store: string
  readonly engine: EngineReport | undefined
  /** No engine answered: what the file knows instead. */
  readonly stored: StoredNotes | undefined
  readonly arms: readonly ArmReport[]
  /** Waiting for somebody who serves their type. */
  readonly unserved: number | undefined
}

export interface EngineReport {
  readonly pid: number
  readonly command: string
  readonly sinceMs: number | undefined
  /** Undefined when it lives and does not answer. */
  readonly state: string | undefined
}

export interface StoredNotes {
  readonly clean: boolean
  /** Begun when the last engine died. */
  readonly interrupted: number
  /** Ends and times are those of the last so many attempts; undefined when these are all on record. */
  readonly lastAttempts: number | undefined
}

export interface ArmReport {
  readonly id: ArmId
  readonly enabled: boolean | undefined
  readonly paused: boolean | undefined
  readonly maxParallel: number | undefined
  readonly ready: number
  readonly blocked: number
  readonly scheduled: number
  readonly running: number
  readonly ok: number
  readonly failed: number
  readonly cancelled: number
  /** Undefined before the first end. */
  readonly wait: SpanReport | undefined
  readonly run: SpanReport | undefined
}

export interface SpanReport {
  readonly p50Ms: number
  readonly p99Ms: number
}
