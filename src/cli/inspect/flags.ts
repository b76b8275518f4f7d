import type { StoreFlags } from '../store-options.ts'

/** As the command line gives them; absent ones were not given. */
export interface InspectFlags extends StoreFlags {
  readonly payload?: true
  readonly trace?: true
}
