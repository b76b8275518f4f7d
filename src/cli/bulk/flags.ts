import type { StoreFlags } from '../store-options.ts'

/** As the command line gives them; absent ones were not given. */
export interface BulkFlags extends StoreFlags {
  readonly query?: string
  readonly yes?: true
  readonly dryRun?: true
}
