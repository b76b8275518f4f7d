import type { EngineFlags } from '../engine-flags.ts'

/** The options of `octopus bench` as the command line gives them. */
export interface BenchFlags extends Pick<EngineFlags, 'config' | 'tasks'> {
  readonly task: string
  readonly payload?: string
  readonly payloads?: string
  readonly threads: readonly number[]
  readonly seconds: number
  readonly count?: number
  readonly rounds: number
  readonly warmUp: number
  readonly store: string
  readonly json?: true
  readonly hgrm?: string
  readonly compare?: string
  readonly failIf?: readonly string[]
}
