/** Every error a user can meet has one of these codes; they are stable and documented in docs/errors.md. */
export type ErrorCode =
  | 'E_ARM_DISABLED'
  | 'E_CLOSED'
  | 'E_CONFIG'
  | 'E_CONFLICT'
  | 'E_CYCLE'
  | 'E_DURATION'
  | 'E_HANDLER_LOAD'
  | 'E_MISSING_DEP'
  | 'E_NODE_VERSION'
  | 'E_NO_STORE'
  | 'E_NOT_JSON'
  | 'E_NO_OWNER'
  | 'E_OUTPUT'
  | 'E_PAYLOAD'
  | 'E_QUEUE_FULL'
  | 'E_SOCKET_FOREIGN'
  | 'E_SOCKET_VERSION'
  | 'E_STORE_BUSY'
  | 'E_STORE_CORRUPT'
  | 'E_STORE_FULL'
  | 'E_STORE_IO'
  | 'E_STORE_NEWER'
  | 'E_STORE_READONLY'
  | 'E_TASK_FAILED'
  | 'E_TASK_FILE'
  | 'E_THREAD'
  | 'E_TOO_LARGE'
  | 'E_UNKNOWN_ARM'
  | 'E_UNKNOWN_TASK'
  | 'E_UNKNOWN_TYPE'
  | 'E_USAGE'

export interface ErrorDetails {
  /** What to do about it, as a sentence. */
  readonly hint?: string
  /** The id of the task it happened to. */
  readonly task?: string
  /** The arm it happened to. */
  readonly arm?: string
  readonly cause?: unknown
}

/** An error a user sees: a stable code, what happened to which task or arm, and what to do. */
export class OctopusError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly task: string | undefined
  readonly arm: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'OctopusError'
    this.code = code
    this.hint = details.hint
    this.task = details.task
    this.arm = details.arm
  }
}

/** An error as one paragraph for a person: code, sentence, what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof OctopusError))
    return error instanceof Error ? error.message : String(error)
  return `${error.code}: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}`
}
