import type { PayloadBytes } from './task.ts'

/** More than this of one task's parents together does not travel with it. */
export const PARENT_RESULTS_BYTES_MAX = 4 * 1024 * 1024

/** What a parent that succeeded left; undefined when retention has dropped it. */
export interface ParentResult {
  readonly id: string
  readonly result: PayloadBytes | undefined
}

/** The results of a task's parents, or why they did not come along. */
export type ParentResults =
  | { readonly kind: 'whole'; readonly results: readonly ParentResult[] }
  | { readonly kind: 'too large'; readonly bytes: number }
