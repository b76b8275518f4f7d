import type { OnParentFailure } from '../../main/index.ts'
import type { EngineFlags } from '../engine-flags.ts'
import type { FileFormat } from '../task-file/file-format.ts'

/** What becomes of a row when one it waits for failed. */
export const PARENT_FAILURE_POLICIES = [
  'skip',
  'fail',
  'run',
] as const satisfies readonly OnParentFailure[]

export const UI_MODES = ['auto', 'bars', 'lines', 'none'] as const
export type UiMode = (typeof UI_MODES)[number]

/** The options of `octopus run` as the command line gives them; absent ones were not given. */
export interface RunFlags extends EngineFlags {
  readonly format?: FileFormat
  readonly arm?: readonly string[]
  readonly type?: readonly string[]
  readonly skipInvalid?: true
  readonly resume?: true
  readonly onlyFailed?: true
  readonly fresh?: true
  readonly dryRun?: true
  readonly attempts?: number
  readonly retries?: number
  readonly timeout?: string
  readonly onParentFailure?: OnParentFailure
  readonly deadline?: string
  readonly failFast?: true
  readonly wait?: true
  readonly json?: true
  readonly quiet?: true
  readonly ui?: UiMode
  readonly joblog?: string
  readonly summary?: string
}
