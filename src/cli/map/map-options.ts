import { availableParallelism } from 'node:os'
import { parseDuration, type OctopusOptions } from '../../main/index.ts'
import { readConfiguration } from '../configuration.ts'
import type { RowOptions } from '../run/options.ts'
import type { MapFlags } from './flags.ts'

/**
 * The engine's options: those of every command, without other tasks, which a map has nothing to do with, and with as many
 * threads as cores where nobody said otherwise.
 */
export async function mapEngineOptions(flags: MapFlags, cwd: string): Promise<OctopusOptions> {
  const { options } = await readConfiguration(flags, cwd)
  const { tasks: _tasks, arms = {}, ...rest } = options
  const maxParallel = arms.batch?.maxParallel ?? Math.min(256, availableParallelism())
  return {
    ...rest,
    arms: { ...arms, batch: { ...arms.batch, maxParallel } },
    whenFull: 'wait',
    // What the store holds is looked at before anything runs.
    autostart: false,
  }
}

/** What a run record keeps of the wishes, in the form that it has for rows. */
export function mapRules({ attempts, timeout }: MapFlags): RowOptions {
  if (timeout !== undefined) parseDuration(timeout, '--timeout')
  return {
    arms: [],
    types: [],
    skipInvalid: false,
    ...(attempts === undefined ? {} : { attempts }),
    ...(timeout === undefined ? {} : { timeout }),
  }
}
