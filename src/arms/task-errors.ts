import { parseDuration } from '../protocol/duration.ts'

/** Thrown by a handler: this failure is final, another attempt cannot help. */
export class NonRetryable extends Error {
  readonly retryable = false

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NonRetryable'
  }
}

/** Thrown by a handler: try again, but not before this long from now. */
export class RetryAfter extends Error {
  readonly retryAfterMs: number

  /** @param delay milliseconds, or a string such as '30s' */
  constructor(
    delay: number | string,
    message = `asked to be retried after ${delay}`,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'RetryAfter'
    this.retryAfterMs = parseDuration(delay, 'RetryAfter')
  }
}

export type TaskErrorCode =
  | 'E_PAYLOAD'
  | 'E_CONFINED'
  | 'E_PRECONDITION'
  | 'E_MISSING_DEP'
  | 'E_CONFLICT'
  | 'E_CORRUPT'
  | 'E_IO'
  | 'E_HEALTH'
  | 'E_UPSTREAM'
  | 'E_EXIT'
  | 'E_TIMEOUT'
  | 'E_CANCELLED'

const RETRIED: ReadonlySet<TaskErrorCode> = new Set<TaskErrorCode>([
  'E_IO',
  'E_HEALTH',
  'E_UPSTREAM',
  'E_EXIT',
  'E_TIMEOUT',
])

/** How built-in handlers fail: with a code that says by itself whether another attempt may help. */
export class TaskError extends Error {
  readonly code: TaskErrorCode
  readonly retryable: boolean

  constructor(code: TaskErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TaskError'
    this.code = code
    this.retryable = RETRIED.has(code)
  }
}
