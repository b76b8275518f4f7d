import { Option, type Command } from 'commander'
import { resolve } from 'node:path'
import { OctopusError, STORE_DEFAULT } from '../main/light.ts'
import { findConfig } from './config-file.ts'

/** What every verb takes that looks at a store or changes it. */
export interface StoreFlags {
  readonly config?: string
  readonly store?: string
  readonly json?: true
}

/** `--store`, `--config` and `--json`, alike for every verb. */
export function addStoreOptions(command: Command): Command {
  return command
    .optionsGroup('Where:')
    .addOption(
      new Option('--store <path>', 'SQLite file that keeps the tasks').env('OCTOPUS_STORE'),
    )
    .addOption(
      new Option('--config <file>', 'configuration file; default octopus.config.* above here').env(
        'OCTOPUS_CONFIG',
      ),
    )
    .optionsGroup('What it tells:')
    .option('--json', 'one JSON object a line on stdout')
}

/**
 * The path of the store: flag before environment before file before default. A configuration is only loaded when nobody
 * named the store.
 * @throws OctopusError E_USAGE for a store in memory, E_CONFIG
 */
export async function storePath(flags: StoreFlags, cwd: string): Promise<string> {
  if (flags.store === 'memory') throw inMemory()
  if (flags.store !== undefined) return resolve(cwd, flags.store)
  const { options, folder } = await findConfig(cwd, flags.config)
  if (options.store === 'memory') throw inMemory()
  return resolve(folder, String(options.store ?? STORE_DEFAULT))
}

function inMemory(): OctopusError {
  return new OctopusError('E_USAGE', 'a store in memory is seen by its own process only', {
    hint: 'Name a file with --store.',
  })
}
