import { OctopusError } from '../protocol/errors.ts'
import { fromPayloadBytes } from '../protocol/json.ts'
import { decodeParentResults } from '../protocol/envelope.ts'
import { PARENT_RESULTS_BYTES_MAX, type ParentResult } from '../protocol/parent-results.ts'

/**
 * The results of a task's parents by id, each decoded when it is read.
 * @throws OctopusError E_TOO_LARGE when they did not come along; reading one that retention dropped throws E_UNKNOWN_TASK
 */
export function parentsOf(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  const parents: Record<string, unknown> = { __proto__: null }
  if (bytes === undefined) return parents
  const decoded = decodeParentResults(bytes)
  if (decoded.kind === 'too large') throw tooLarge(decoded.bytes)
  for (const parent of decoded.results)
    Object.defineProperty(parents, parent.id, { get: () => valueOf(parent), enumerable: true })
  return parents
}

function valueOf({ id, result }: ParentResult): unknown {
  if (result !== undefined) return fromPayloadBytes(result)
  throw final(
    new OctopusError('E_UNKNOWN_TASK', `the result of task ${id} was dropped by retention`, {
      task: id,
      hint: 'Raise retention.bytes, or have the parent write its result to a file.',
    }),
  )
}

function tooLarge(bytes: number): Error {
  return final(
    new OctopusError(
      'E_TOO_LARGE',
      `the results of its parents have ${bytes} bytes together, at most ${PARENT_RESULTS_BYTES_MAX} travel with a task`,
      { hint: 'Have the parents write to files and return the paths.' },
    ),
  )
}

/** Another attempt would read the same. */
function final(error: OctopusError): OctopusError {
  return Object.assign(error, { retryable: false })
}
