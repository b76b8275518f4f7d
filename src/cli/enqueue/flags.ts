import type { EngineFlags } from '../engine-flags.ts'
import type { FileFormat } from '../task-file/file-format.ts'

/** As the command line gives them; absent ones were not given. */
export interface EnqueueFlags extends EngineFlags {
  readonly file?: string
  readonly format?: FileFormat
  readonly id?: string
  readonly priority?: number
  readonly delay?: string
  readonly after?: readonly string[]
  readonly arm?: string
  readonly wait?: true
  readonly json?: true
}
