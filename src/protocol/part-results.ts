import type { PayloadBytes } from './task.ts'
import { fieldSize, WireReader, WireWriter } from './wire.ts'

/** The results of one task's parts together, in bytes: all of them travel to the thread that goes on with the whole. */
export const PART_RESULTS_BYTES_MAX = 64 * 1024 * 1024

// A PartResults of proto/octopus/v1/assignment.proto: a field for each result, its number saying what it is.
const TAG_JSON = (1 << 3) | 2
const TAG_BINARY = (2 << 3) | 2
const TAG_UNAVAILABLE = (3 << 3) | 0

/** Results in the order of the parts; undefined for one that is not kept any more. */
export function encodePartResults(results: readonly (PayloadBytes | undefined)[]): Uint8Array {
  const kept = results.filter((result) => result !== undefined)
  const size = kept.reduce((sum, { bytes }) => sum + fieldSize(bytes.byteLength), 0)
  if (kept.length < results.length || size > PART_RESULTS_BYTES_MAX) return UNAVAILABLE
  const writer = new WireWriter(new Uint8Array(size))
  for (const { bytes, binary } of kept) writer.bytes(binary ? TAG_BINARY : TAG_JSON, bytes)
  return writer.memory
}

const UNAVAILABLE = Uint8Array.of(TAG_UNAVAILABLE, 1)

/** Undefined when they were more than may travel, or not all of them are kept any more. */
export function decodePartResults(bytes: Uint8Array): PayloadBytes[] | undefined {
  const reader = new WireReader(bytes)
  const results: PayloadBytes[] = []
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag === TAG_UNAVAILABLE) return undefined
    results.push({ bytes: reader.window(), binary: tag === TAG_BINARY })
  }
  return results
}
