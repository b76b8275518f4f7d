import type { EngineFlags } from '../engine-flags.ts'

export interface ConfigFlags extends EngineFlags {
  readonly json?: true
}
