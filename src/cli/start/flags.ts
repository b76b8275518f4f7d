import type { EngineFlags } from '../engine-flags.ts'

/** As the command line gives them; absent ones were not given. */
export interface StartFlags extends EngineFlags {
  readonly json?: true
}
