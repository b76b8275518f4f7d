import { FAILURE_REASONS, type Outcome } from '../../protocol/outcome.ts'
import { decodeOutcome, encodeOutcome } from '../../protocol/envelope.ts'
import type { AttemptRecord } from './store.ts'

/**
 * How an attempt's end is written in two small numbers and some bytes. A result is stored as it is, readable with any
 * SQLite shell and free of an encoder on the way of every success; a failure is an Outcome of the proto.
 *
 * ```
 * state  1 succeeded  2 failed  3 cancelled  4 scheduled again  5 failed, 6 cancelled: and given another run  7 split
 * form   0 JSON result  1 binary result  2 result dropped by retention  16 + n  failed for FAILURE_REASONS[n]
 * ```
 */
export const STATE = { succeeded: 1, failed: 2, cancelled: 3, scheduled: 4, blocked: 7 } as const

/** From here on the attempt did not end its task: another follows. */
export const STATE_AGAIN = 4

/** What a retry adds to the state of the attempt that had ended the task. */
export const STATE_RETRIED = 3

export const FORM = { json: 0, binary: 1, dropped: 2, failure: 16 } as const

const STATES: readonly AttemptRecord['state'][] = [
  'succeeded',
  'failed',
  'cancelled',
  'scheduled',
  'failed',
  'cancelled',
  'blocked',
]

export function stateOf(code: number): AttemptRecord['state'] {
  const state = STATES[code - 1]
  if (state === undefined) throw new RangeError(`no state has the code ${code}`)
  return state
}

export function isRetried(code: number): boolean {
  return code > STATE_AGAIN && code !== STATE.blocked
}

export function formOf(outcome: Outcome): number {
  if (outcome.kind === 'succeeded') return outcome.result.binary ? FORM.binary : FORM.json
  return FORM.failure + FAILURE_REASONS.indexOf(outcome.failure.reason)
}

export function outcomeBytes(outcome: Outcome): Uint8Array {
  return outcome.kind === 'succeeded' ? outcome.result.bytes : encodeOutcome(outcome)
}

/** Undefined when retention dropped it. */
export function outcomeFrom(form: number, bytes: Uint8Array): Outcome | undefined {
  if (form === FORM.dropped) return undefined
  if (form >= FORM.failure) return decodeOutcome(bytes)
  return { kind: 'succeeded', result: { bytes, binary: form === FORM.binary } }
}
