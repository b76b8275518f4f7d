import {
  OctopusError,
  parseDuration,
  type ArmId,
  type OctopusOptions,
  type OnParentFailure,
} from '../../main/index.ts'
import { checkedArm } from '../arm-argument.ts'
import { readConfiguration } from '../configuration.ts'
import type { EngineFlags } from '../engine-flags.ts'
import type { RunFlags } from './flags.ts'

/** Which rows of the file, and the rules of rows that say nothing; the same for all of one run. */
export interface RowOptions {
  readonly arms: readonly ArmId[]
  readonly types: readonly string[]
  readonly skipInvalid: boolean
  readonly attempts?: number
  readonly timeout?: string
  readonly onParentFailure?: OnParentFailure
}

/** How a run relates to the one before it. */
export interface RunStart {
  readonly resume: boolean
  readonly onlyFailed: boolean
  readonly fresh: boolean
}

/** @throws OctopusError E_USAGE, E_UNKNOWN_ARM, E_DURATION */
export function rowOptions(flags: RunFlags): RowOptions {
  const { arm = [], type = [], skipInvalid = false, timeout, onParentFailure } = flags
  const attempts = flags.retries === undefined ? flags.attempts : flags.retries + 1
  if (timeout !== undefined) parseDuration(timeout, '--timeout')
  return {
    arms: arm.map(checkedArm),
    types: type,
    skipInvalid,
    ...(attempts === undefined ? {} : { attempts }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(onParentFailure === undefined ? {} : { onParentFailure }),
  }
}

/** @throws OctopusError E_USAGE for wishes that exclude each other */
export function runStart(flags: RunFlags): RunStart {
  const { resume = false, onlyFailed = false, fresh = false } = flags
  if (resume && fresh) throw excluded('--resume', '--fresh')
  if (resume && onlyFailed) throw excluded('--resume', '--only-failed')
  return { resume, onlyFailed, fresh }
}

/** Flag before environment before file before default. Relative paths of flags are meant from `cwd`. */
export async function engineOptions(flags: EngineFlags, cwd: string): Promise<OctopusOptions> {
  const { options } = await readConfiguration(flags, cwd)
  return {
    ...options,
    // A file longer than the queue waits for room, whatever callers of the module prefer.
    whenFull: 'wait',
    // What the store holds is looked at before anything runs.
    autostart: false,
  }
}

function excluded(one: string, other: string): OctopusError {
  return new OctopusError('E_USAGE', `${one} and ${other} exclude each other`, {
    hint: 'See octopus run --help.',
  })
}
