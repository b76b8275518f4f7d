import type { Failure, Mapped } from '../../main/index.ts'

/** One result as a line of JSON. Its fields are stable: new ones may be added, `v` of events changes when old ones do. */
export function resultLine(
  mapped: Mapped<unknown, unknown>,
  { index, id }: { readonly index: number; readonly id: string },
  run: string | undefined,
): string {
  const { input, state, ms } = mapped
  return JSON.stringify({
    ...(run === undefined ? {} : { v: 1, ev: 'task.finished', run }),
    index,
    input,
    id,
    state,
    ms: Math.round(ms * 1_000) / 1_000,
    ...(mapped.state === 'succeeded' ? resultOf(mapped.result) : failureOf(mapped.failure)),
  })
}

function resultOf(
  result: unknown,
): { readonly result: unknown } | { readonly resultBase64: string } {
  return result instanceof Uint8Array
    ? { resultBase64: Buffer.from(result).toString('base64') }
    : { result }
}

function failureOf({ reason, name, message, code }: Failure): { readonly failure: object } {
  return { failure: { reason, name, message, code } }
}
