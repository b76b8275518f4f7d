import { encodeParentResults } from '../../protocol/envelope.ts'
import { PARENT_RESULTS_BYTES_MAX, type ParentResult } from '../../protocol/parent-results.ts'
import type { PayloadBytes } from '../../protocol/task.ts'

/** A parent that succeeded: how large its result is, and the way to it. */
export interface KeptResult {
  readonly bytes: number
  /** Undefined when retention has dropped it. */
  read(): PayloadBytes | undefined
}

/** What a child's thread gets of its parents, those that did not succeed left out; nothing is read when it is too much. */
export function packResults(
  ids: readonly string[],
  find: (id: string) => KeptResult | undefined,
): Uint8Array {
  const found = ids.flatMap((id) => {
    const kept = find(id)
    return kept === undefined ? [] : [{ id, kept }]
  })
  const bytes = found.reduce((sum, { kept }) => sum + kept.bytes, 0)
  if (bytes > PARENT_RESULTS_BYTES_MAX) return encodeParentResults({ kind: 'too large', bytes })
  const results = found.map(({ id, kept }): ParentResult => ({ id, result: kept.read() }))
  return encodeParentResults({ kind: 'whole', results })
}
