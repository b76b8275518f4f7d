import type { PayloadBytes } from './task.ts'
import { OctopusError } from './errors.ts'

/** Deeper values are refused: JSON.stringify itself gives up at about 10,000 levels, parsers of others much earlier. */
export const JSON_DEPTH_MAX = 200

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })
const EMPTY: PayloadBytes = { bytes: new Uint8Array(0), binary: false }

/**
 * A payload or result as bytes. JSON values and one top-level Uint8Array pass; everything else (bigint, function,
 * Date, Map, NaN, a class instance, a cycle) is refused with its path, because it would come back as something else.
 *
 * @param what names the value in errors, e.g. `payload` or `result`
 * @throws OctopusError E_NOT_JSON with the path, E_TOO_LARGE with both sizes
 */
export function toPayloadBytes(value: unknown, bytesMax: number, what: string): PayloadBytes {
  if (value === undefined || value === null) return EMPTY
  if (value instanceof Uint8Array) {
    refuseAbove(bytesMax, value.byteLength, what)
    return { bytes: exactCopy(value), binary: true }
  }
  const wrong = notJson(value, what, 0)
  if (wrong !== undefined) throw new OctopusError('E_NOT_JSON', wrong, { hint: NOT_JSON_HINT })
  const bytes = encoder.encode(JSON.stringify(value))
  refuseAbove(bytesMax, bytes.byteLength, what)
  return { bytes, binary: false }
}

/** @throws SyntaxError or TypeError when the bytes are not UTF-8 JSON, which only damage can cause */
export function fromPayloadBytes(payload: PayloadBytes): unknown {
  if (payload.binary) return exactCopy(payload.bytes)
  return payload.bytes.byteLength === 0 ? null : JSON.parse(decoder.decode(payload.bytes))
}

const NOT_JSON_HINT =
  'Payloads and results are JSON values or one Uint8Array. Convert it first (a Date to a string, a Map to an object), or write it to a file and pass the path.'

function refuseAbove(bytesMax: number, bytes: number, what: string): void {
  if (bytes <= bytesMax) return
  throw new OctopusError(
    'E_TOO_LARGE',
    `the ${what} has ${bytes} bytes, the limit is ${bytesMax}`,
    {
      hint: 'Write large data to a file and pass its path, or raise payloadBytesMax (at most 64 MiB).',
    },
  )
}

/** What is wrong with the value and where, or undefined when it is JSON through and through. */
function notJson(value: unknown, path: string, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : `${path} is ${value}, which JSON cannot hold`
    case 'object':
      if (value === null) return undefined
      if (depth >= JSON_DEPTH_MAX)
        return `${path} is nested deeper than ${JSON_DEPTH_MAX} levels (or refers to itself)`
      return Array.isArray(value)
        ? wrongItem(value, path, depth)
        : wrongProperty(value, path, depth)
    default:
      return `${path} is a ${typeof value}, which JSON cannot hold`
  }
}

function wrongItem(items: readonly unknown[], path: string, depth: number): string | undefined {
  for (let index = 0; index < items.length; index++) {
    const wrong = notJson(items[index], `${path}[${index}]`, depth + 1)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function wrongProperty(value: object, path: string, depth: number): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    return `${path} is a ${className(value)}, which JSON cannot hold`
  for (const [key, item] of Object.entries(value)) {
    // An absent optional property is what `undefined` means in TypeScript; JSON.stringify leaves it out.
    const wrong = item === undefined ? undefined : notJson(item, `${path}.${key}`, depth + 1)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function className(value: object): string {
  const constructor: unknown = Reflect.get(value, 'constructor')
  return typeof constructor === 'function' ? constructor.name : 'foreign object'
}

/** Small Buffers are windows into a shared pool: keeping or transferring one would keep or expose its neighbours. */
export function exactCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
