import type { PayloadBytes, StoredTask } from './task.ts'
import { fieldSize, NameBytes, NameReader, WireReader, WireWriter } from './wire.ts'

// The StoredTask that most are: a type, a payload, when it was made, perhaps an id. Everything else is envelope.ts's.

// Field numbers of StoredTask, shifted by the wire type.
const TAG_TYPE = (1 << 3) | 2
const TAG_ID = (2 << 3) | 2
const TAG_PAYLOAD = (3 << 3) | 2
const TAG_PAYLOAD_BINARY = (4 << 3) | 0
const TAG_CREATED_AT = (5 << 3) | 1
const TAG_TIMEOUT = (8 << 3) | 1

const typeBytes = new NameBytes()
const typeReader = new NameReader()
const decoder = new TextDecoder()
const EMPTY: Uint8Array = new Uint8Array(0)

/** encodeStoredTask for a task with nothing but a type and a payload. */
export function encodePlainTask(
  type: string,
  payload: PayloadBytes,
  createdAtMs: number,
): Uint8Array {
  const name = typeBytes.of(type)
  const { bytes, binary } = payload
  const payloadSize = bytes.byteLength === 0 ? 0 : fieldSize(bytes.byteLength)
  const size = fieldSize(name.byteLength) + payloadSize + (binary ? 2 : 0) + CREATED_AT_SIZE
  const writer = new WireWriter(memory(size))
  writer.bytes(TAG_TYPE, name)
  if (bytes.byteLength > 0) writer.bytes(TAG_PAYLOAD, bytes)
  if (binary) writer.number(TAG_PAYLOAD_BINARY, 1)
  writer.double(TAG_CREATED_AT, createdAtMs)
  return writer.memory
}

/** decodeStoredTask for a task that has nothing more than an id; undefined for any other. Its bytes are a window. */
export function decodePlainTask(bytes: Uint8Array): StoredTask | undefined {
  const reader = new WireReader(bytes)
  let type = ''
  let id: string | undefined
  let payload = EMPTY
  let binary = false
  let createdAtMs = 0
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag === TAG_TYPE) type = typeReader.read(reader)
    else if (tag === TAG_PAYLOAD) payload = reader.window()
    else if (tag === TAG_CREATED_AT) createdAtMs = reader.double()
    else if (tag === TAG_PAYLOAD_BINARY) binary = reader.varint() !== 0
    else if (tag === TAG_ID) id = decoder.decode(reader.window())
    else return undefined
  }
  const plain = { type, payload: { bytes: payload, binary }, createdAtMs }
  return id === undefined ? plain : { ...plain, id }
}

/** The one field that dispatch needs of a StoredTask, without decoding the rest. */
export function ownTimeoutMs(envelope: Uint8Array): number | undefined {
  const reader = new WireReader(envelope)
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag === TAG_TIMEOUT) return reader.double()
    reader.skip(tag & 7)
  }
  return undefined
}

const CREATED_AT_SIZE = 9

// V8 keeps the bytes of small arrays with the array; larger ones cost an allocation of their own, so they share Node's pool.
function memory(size: number): Uint8Array {
  return size <= INLINE_BYTES ? new Uint8Array(size) : Buffer.allocUnsafe(size)
}

const INLINE_BYTES = 64
