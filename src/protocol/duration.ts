import { OctopusError } from './errors.ts'

/** Milliseconds, or a number with a unit: `250ms`, `5s`, `1.5m`, `2h`, `7d`. */
export type Duration = number | string

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
export const DURATION_FORM: RegExp = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/

/**
 * @param what names the value in the error, e.g. `timeout`
 * @throws OctopusError E_DURATION for a negative, infinite or misspelt one
 */
export function parseDuration(value: Duration, what: string): number {
  if (typeof value === 'number') {
    if (Number.isFinite(value) && value >= 0) return value
    throw badDuration(value, what)
  }
  const parts = DURATION_FORM.exec(value)
  const unitMs = UNIT_MS[parts?.[2] ?? '']
  if (parts === null || unitMs === undefined) throw badDuration(value, what)
  return Number(parts[1]) * unitMs
}

function badDuration(value: Duration, what: string): OctopusError {
  return new OctopusError('E_DURATION', `${what}: '${value}' is no duration`, {
    hint: "Give milliseconds as a number, or a string such as '250ms', '5s', '2m', '1h', '7d'.",
  })
}
