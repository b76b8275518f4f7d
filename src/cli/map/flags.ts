import type { EngineFlags } from '../engine-flags.ts'
import type { UiMode } from '../run/flags.ts'

/** The options of `octopus map` as the command line gives them; absent ones were not given. */
export interface MapFlags extends Omit<EngineFlags, 'tasks'> {
  readonly argFile?: string
  readonly null?: true
  readonly jsonInput?: true
  /** False with --no-glob. */
  readonly glob: boolean
  readonly resume?: true
  readonly fresh?: true
  readonly onlyChanged?: true
  readonly dryRun?: true
  readonly attempts?: number
  readonly timeout?: string
  readonly deadline?: string
  readonly failFast?: true
  readonly keepOrder?: true
  readonly output?: string
  readonly json?: true
  readonly quiet?: true
  readonly ui?: UiMode
  readonly joblog?: string
  readonly summary?: string
}
