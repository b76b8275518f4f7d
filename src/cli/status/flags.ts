import type { StoreFlags } from '../store-options.ts'

/** As the command line gives them; absent ones were not given. */
export interface StatusFlags extends StoreFlags {
  readonly watch?: true
}
