import { isFailureReason, type Failure } from './outcome.ts'

/** A Failure as its protobuf message (proto/octopus/v1/report.proto) has it, in whichever generated module. */
interface FailureMessage {
  reason?: string | null
  name?: string | null
  message?: string | null
  code?: string | null
  stack?: string | null
  cause?: FailureMessage | null
  final?: boolean | null
  retryAfterMs?: number | null
  root?: string | null
}

export function failureMessage(failure: Failure): FailureMessage {
  const { cause, ...rest } = failure
  return { ...rest, ...(cause === undefined ? {} : { cause: failureMessage(cause) }) }
}

export function failureOf(message: FailureMessage): Failure {
  const reason = message.reason ?? ''
  return {
    reason: isFailureReason(reason) ? reason : 'threw',
    message: message.message ?? '',
    ...(message.name ? { name: message.name } : {}),
    ...(message.code ? { code: message.code } : {}),
    ...(message.stack ? { stack: message.stack } : {}),
    ...(message.cause ? { cause: failureOf(message.cause) } : {}),
    ...(message.final ? { final: true } : {}),
    ...(message.retryAfterMs ? { retryAfterMs: message.retryAfterMs } : {}),
    ...(message.root ? { root: message.root } : {}),
  }
}
