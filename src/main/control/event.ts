import { OctopusError } from '../../protocol/errors.ts'
import { exactCopy } from '../../protocol/json.ts'
import type { PayloadBytes } from '../../protocol/task.ts'
import type { EngineEvent } from '../trace/observe.ts'

/** An event as it crosses the socket: JSON, with the bytes of a result beside it. */
export interface WireEvent {
  readonly json: string
  readonly result: PayloadBytes | undefined
}

export function wireEvent(event: EngineEvent): WireEvent {
  if (event.kind === 'attempt.ended') {
    const { result, ...rest } = event
    return { json: JSON.stringify(rest), result }
  }
  if (event.kind !== 'engine.failed') return { json: JSON.stringify(event), result: undefined }
  const { name, message } = event.error
  const code = event.error instanceof OctopusError ? event.error.code : undefined
  return {
    json: JSON.stringify({ kind: event.kind, error: { name, message, code } }),
    result: undefined,
  }
}

export function eventFrom({ json, result }: WireEvent): EngineEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an owner of our protocol made it with `wireEvent`
  const event = JSON.parse(json) as EngineEvent
  // A copy: what arrived is a window into a whole frame.
  if (event.kind === 'attempt.ended')
    return { ...event, result: result && { ...result, bytes: exactCopy(result.bytes) } }
  if (event.kind !== 'engine.failed') return event
  return { kind: event.kind, error: Object.assign(new Error(event.error.message), event.error) }
}
