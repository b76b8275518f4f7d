import type { LogLine } from './host.ts'
import type { Outcome } from './outcome.ts'
import type { PayloadBytes } from './task.ts'
import { fieldSize, varintSize, type WireReader, WireWriter } from './wire.ts'

/** How one attempt ended, as the thread tells it. */
export interface Report {
  /** Position in the batch. */
  readonly index: number
  /** Monotonic ms. */
  readonly startedAtMs: number
  readonly runMs: number
  /** Undefined for log lines that left before the end. */
  readonly outcome: Outcome | undefined
  readonly logs: readonly LogLine[]
  /** The failure surfaced after its task had ended. */
  readonly late: boolean
  /** Kinds of resources it left behind. */
  readonly leftovers: readonly string[]
}

// Field numbers of Report and Success, shifted by the wire type.
const TAG_INDEX = (1 << 3) | 0
const TAG_STARTED_AT = (2 << 3) | 1
const TAG_RUN = (3 << 3) | 1
const TAG_SUCCESS = (4 << 3) | 2
const TAG_RESULT = (1 << 3) | 2
const TAG_RESULT_BINARY = (2 << 3) | 0
const DOUBLE_SIZE = 9

/** Of a success without log lines, which is what most reports are: the bytes it takes, its own length among them. */
export function successSize(index: number, result: PayloadBytes): number {
  const size = bodySize(index, result)
  return varintSize(size) + size
}

/** Writes a success, length-delimited, into memory that has room for `successSize`. */
export function writeSuccess(
  memory: Uint8Array,
  at: number,
  report: { readonly index: number; readonly startedAtMs: number; readonly runMs: number },
  result: PayloadBytes,
): void {
  const { index, startedAtMs, runMs } = report
  const writer = new WireWriter(memory, at)
  writer.varint(bodySize(index, result))
  writer.number(TAG_INDEX, index)
  writer.double(TAG_STARTED_AT, startedAtMs)
  writer.double(TAG_RUN, runMs)
  writer.number(TAG_SUCCESS, resultSize(result))
  if (result.bytes.byteLength > 0) writer.bytes(TAG_RESULT, result.bytes)
  if (result.binary) writer.number(TAG_RESULT_BINARY, 1)
}

function bodySize(index: number, result: PayloadBytes): number {
  return 1 + varintSize(index) + 2 * DOUBLE_SIZE + fieldSize(resultSize(result))
}

function resultSize({ bytes, binary }: PayloadBytes): number {
  return (bytes.byteLength === 0 ? 0 : fieldSize(bytes.byteLength)) + (binary ? 2 : 0)
}

/** A success without log lines. Undefined for any other report, with the reader back where it was. */
export function readSuccess(reader: WireReader, end: number): Report | undefined {
  const start = reader.at
  let index = 0
  let startedAtMs = 0
  let runMs = 0
  let outcome: Outcome | undefined
  while (reader.at < end) {
    const tag = reader.varint()
    if (tag === TAG_INDEX) index = reader.varint()
    else if (tag === TAG_STARTED_AT) startedAtMs = reader.double()
    else if (tag === TAG_RUN) runMs = reader.double()
    else if (tag === TAG_SUCCESS) outcome = readOutcome(reader)
    else {
      reader.at = start
      return undefined
    }
  }
  return { index, startedAtMs, runMs, outcome, logs: NOTHING, late: false, leftovers: NOTHING }
}

function readOutcome(reader: WireReader): Outcome {
  const end = reader.varint() + reader.at
  if (end === reader.at) return SUCCEEDED
  let bytes = NO_BYTES
  let binary = false
  while (reader.at < end) {
    const tag = reader.varint()
    // A copy, because the bytes are shared memory that will be used again.
    if (tag === TAG_RESULT) bytes = new Uint8Array(reader.window())
    else if (tag === TAG_RESULT_BINARY) binary = reader.varint() !== 0
    else reader.skip(tag & 7)
  }
  return { kind: 'succeeded', result: { bytes, binary } }
}

const NOTHING: readonly never[] = []
const NO_BYTES: Uint8Array = new Uint8Array(0)
const SUCCEEDED: Outcome = { kind: 'succeeded', result: { bytes: NO_BYTES, binary: false } }
