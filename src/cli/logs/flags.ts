import type { StoreFlags } from '../store-options.ts'

/** As the command line gives them; absent ones were not given. */
export interface LogsFlags extends StoreFlags {
  readonly follow?: true
}
