/** Attempts of one task share a range of keys in `history`: seq * KEYS_PER_TASK + attempt. */
export const KEYS_PER_TASK = 1_024

/** More attempts of one task have no place on record. */
export const ATTEMPTS_MAX = KEYS_PER_TASK - 1

export function firstKey(seq: number): number {
  return seq * KEYS_PER_TASK
}

export function lastKey(seq: number): number {
  return seq * KEYS_PER_TASK + KEYS_PER_TASK - 1
}
