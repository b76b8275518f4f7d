import type { WireRecord } from '../../protocol/control-frame.ts'
import { fromPayloadBytes, toPayloadBytes } from '../../protocol/json.ts'
import type { InspectedTask } from '../inspected.ts'

/** A task's record as it crosses the socket: JSON, with payload and result as bytes beside it. */
export function recordOf({ payload, result, ...rest }: InspectedTask): WireRecord {
  return { json: JSON.stringify(rest), payload: bytesFrom(payload), result: bytesFrom(result) }
}

export function taskFrom({ json, payload, result }: WireRecord): InspectedTask {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an owner of our protocol made it with `recordOf`
  const rest = JSON.parse(json) as Omit<InspectedTask, 'payload' | 'result'>
  return {
    ...rest,
    payload: payload === undefined ? undefined : fromPayloadBytes(payload),
    result: result === undefined ? undefined : fromPayloadBytes(result),
  }
}

export function bytesOf({ json, payload, result }: WireRecord): number {
  return json.length + (payload?.bytes.byteLength ?? 0) + (result?.bytes.byteLength ?? 0)
}

function bytesFrom(value: unknown): WireRecord['payload'] {
  return value === undefined ? undefined : toPayloadBytes(value, Infinity, 'record')
}
