import { resolve } from 'node:path'
import {
  ARM_IDS,
  isArmId,
  OctopusError,
  OPTIONS,
  parseDuration,
  type ArmId,
  type ArmOptions,
  type OctopusOptions,
} from '../../main/index.ts'
import { findConfig } from '../config-file.ts'
import type { RunFlags } from './flags.ts'

/** Which rows of the file, and the rules of rows that say nothing; the same for all of one run. */
export interface RowOptions {
  readonly arms: readonly ArmId[]
  readonly types: readonly string[]
  readonly skipInvalid: boolean
  readonly attempts?: number
  readonly timeout?: string
}

/** How a run relates to the one before it. */
export interface RunStart {
  readonly resume: boolean
  readonly onlyFailed: boolean
  readonly fresh: boolean
}

/** @throws OctopusError E_USAGE, E_UNKNOWN_ARM, E_DURATION */
export function rowOptions(flags: RunFlags): RowOptions {
  const { arm = [], type = [], skipInvalid = false, timeout } = flags
  const attempts = flags.retries === undefined ? flags.attempts : flags.retries + 1
  if (timeout !== undefined) parseDuration(timeout)
  return {
    arms: arm.map(checkedArm),
    types: type,
    skipInvalid,
    ...(attempts === undefined ? {} : { attempts }),
    ...(timeout === undefined ? {} : { timeout }),
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
export async function engineOptions(flags: RunFlags, cwd: string): Promise<OctopusOptions> {
  const { options, folder } = await findConfig(cwd, flags.config)
  const store = flags.store ?? options.store ?? resolve(folder, OPTIONS.store.default)
  const { tasks = options.tasks, allowRead, allowWrite, allowExec } = flags
  return {
    ...options,
    store: flags.store === undefined || store === 'memory' ? store : resolve(cwd, flags.store),
    ...(tasks === undefined ? {} : { tasks }),
    arms: mergeArms(options.arms ?? {}, flags.maxParallel ?? []),
    allow: {
      ...options.allow,
      ...(allowRead === undefined ? {} : { read: allowRead }),
      ...(allowWrite === undefined ? {} : { write: allowWrite }),
      ...(allowExec === undefined ? {} : { exec: allowExec }),
    },
    // A file longer than the queue waits for room, whatever callers of the module prefer.
    whenFull: 'wait',
    // What the store holds is looked at before anything runs.
    autostart: false,
  }
}

function mergeArms(
  arms: NonNullable<OctopusOptions['arms']>,
  limits: readonly string[],
): Partial<Record<ArmId, ArmOptions>> {
  const merged: Partial<Record<ArmId, ArmOptions>> = { ...arms }
  for (const limit of limits.flatMap((text) => text.split(','))) {
    const { ids, maxParallel } = parallelLimit(limit)
    for (const id of ids) merged[id] = { ...merged[id], maxParallel }
  }
  return merged
}

function parallelLimit(text: string): {
  readonly ids: readonly ArmId[]
  readonly maxParallel: number
} {
  const parts = /^(?:([a-z]+)=)?(\d{1,4})$/.exec(text.trim())
  if (parts === null)
    throw new OctopusError('E_USAGE', `--max-parallel '${text}' is neither n nor arm=n`, {
      hint: 'For example --max-parallel 4, or --max-parallel batch=4.',
    })
  const [, arm, threads] = parts
  return { ids: arm === undefined ? ARM_IDS : [checkedArm(arm)], maxParallel: Number(threads) }
}

function checkedArm(arm: string): ArmId {
  if (isArmId(arm)) return arm
  throw new OctopusError('E_UNKNOWN_ARM', `there is no arm '${arm}'`, {
    hint: `The arms are ${ARM_IDS.join(', ')}.`,
  })
}

function excluded(one: string, other: string): OctopusError {
  return new OctopusError('E_USAGE', `${one} and ${other} exclude each other`, {
    hint: 'See octopus run --help.',
  })
}
