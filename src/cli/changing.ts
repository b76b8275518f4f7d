import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { noStore } from '../main/light.ts'
import type { Octopus, OctopusOptions } from '../main/index.ts'
import { readConfiguration } from './configuration.ts'
import { connectedOwner } from './owner.ts'
import type { EngineFlags } from './engine-flags.ts'
import { openWhenFree } from './open-when-free.ts'
import type { Output } from './output.ts'

/** What verbs need that change a store, whoever does it: an engine of another process, or one of our own. */
export type ChangingOctopus = Pick<Octopus, 'enqueue' | 'enqueueMany' | 'list' | 'cancel' | 'retry'>

export interface Changing {
  readonly octopus: ChangingOctopus
  /** Does an engine run what is changed? Else it waits until one is started. */
  readonly runs: boolean
}

export interface Needs {
  /** Are tasks of the configuration's modules enqueued? Else they need not be loaded. */
  readonly types: boolean
}

/**
 * Has the store's owner do it; without one, opens the store for as long as it takes, and runs nothing.
 * @throws OctopusError E_NO_STORE, E_STORE_BUSY when an owner neither listens nor lets go, E_SOCKET_VERSION
 */
export async function changing<Result>(
  store: string,
  flags: EngineFlags,
  output: Output,
  { types }: Needs,
  change: (door: Changing) => Promise<Result>,
): Promise<Result> {
  const owner = await connectedOwner(store)
  if (owner !== undefined) {
    try {
      return await change({ octopus: owner, runs: true })
    } finally {
      await owner.close()
    }
  }
  if (!existsSync(store)) throw noStore(store)
  await using octopus = await openedForAMoment(store, flags, output, types)
  return await change({ octopus, runs: false })
}

async function openedForAMoment(
  store: string,
  flags: EngineFlags,
  output: Output,
  types: boolean,
): Promise<Octopus> {
  const { options } = await readConfiguration(flags, cwd())
  const { Octopus: Engine } = await import('../main/index.ts')
  return openWhenFree(
    () => Engine.open(types ? quiet(options, store) : { ...quiet(options, store), tasks: [] }),
    BUSY_MS_MAX,
    (text) => output.message(text),
  )
}

/** Nothing starts, and nobody is invited in: the store is let go again in a moment. */
function quiet(options: OctopusOptions, store: string): OctopusOptions {
  return { ...options, store, autostart: false, socket: false }
}

/** Others may have the store open for a moment as we do. */
const BUSY_MS_MAX = 10_000
