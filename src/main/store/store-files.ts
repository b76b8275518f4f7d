import { closeSync, existsSync, mkdirSync, openSync, realpathSync, statfsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { OctopusError } from '../../protocol/errors.ts'

/** Where the store is when nobody says, beside the configuration. */
export const STORE_DEFAULT = '.octopus/state.db'

/**
 * The files of a store, all readable by their owner only:
 *
 * ```
 * octopus.db           the store          octopus.db.lock      held by the owner
 * octopus.db-wal -shm  SQLite's log       octopus.db.owner     who that is
 *                                         octopus.db.running   what its threads run, see status-slot.ts
                                         octopus.db.sock      where it listens, see socket-path.ts
 * ```
 */
export function resolveStorePath(path: string): string {
  if (path === '' || path.startsWith(':') || path.startsWith('file:')) {
    throw new OctopusError('E_CONFIG', `${JSON.stringify(path)} is no path of a file`, {
      hint: 'Give the path of a file for a store that survives, or ask for the memory store.',
    })
  }
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const real = realStorePath(path)
  refuseNetwork(dirname(real), real)
  return real
}

/** Two names of one file must meet at one lock and one socket. @throws ENOENT when not even its folder exists */
export function realStorePath(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  return join(realpathSync(dirname(path)), basename(path))
}

/** An empty file of mode 0600 unless there is one: SQLite gives its -wal and -shm the mode of the file. */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** NFS, SMB and CIFS: their locks do not hold what the owner lock and SQLite's log promise. */
const NETWORK_TYPES: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42])

export function isNetworkFolder(folder: string): boolean {
  return NETWORK_TYPES.has(statfsSync(folder).type >>> 0)
}

function refuseNetwork(folder: string, path: string): void {
  if (!isNetworkFolder(folder)) return
  throw new OctopusError('E_CONFIG', `${path} is on a network file system`, {
    hint: 'Locks and syncs do not hold there. Put the store on a local disk.',
  })
}
