import type { StoreFlags } from '../store-options.ts'

/** As the command line gives them; absent ones were not given. */
export interface LsFlags extends StoreFlags {
  readonly query?: string
  readonly limit?: number
  readonly payload?: true
}
