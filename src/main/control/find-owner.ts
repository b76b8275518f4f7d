import { existsSync, lstatSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../protocol/clock.ts'
import { CONTROL_PROTOCOL, type Hello } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'
import { engineVersion } from '../engine-version.ts'
import { realStorePath } from '../store/store-files.ts'
import { Line, type LineEvents } from './line.ts'
import { foreign } from './refusals.ts'
import { socketPathOf } from './socket-path.ts'
import { storeIdentity } from './store-identity.ts'

/** Finds who owns a store now. */
export class OwnerFinder {
  readonly store: string
  readonly #clock: Clock
  readonly #engine = engineVersion()

  constructor(store: string | URL, clock: Clock) {
    this.store = resolve(pathOf(store))
    this.#clock = clock
  }

  /** @throws OctopusError E_NO_STORE, E_NO_OWNER, E_SOCKET_FOREIGN, E_SOCKET_VERSION */
  async connect(events: LineEvents): Promise<Line> {
    if (!existsSync(this.store)) throw noStore(this.store)
    const real = realStorePath(this.store)
    const path = socketPathOf(real)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found !== undefined && !found.isSocket() && process.platform !== 'win32')
      throw foreign(path, 'is no socket')
    return Line.open(path, this.#hello(real), this.#clock, events)
  }

  /** Why nobody answered, told apart by the store's lock: for whoever gives up. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof OctopusError) || error.code !== 'E_NO_OWNER') return error
    if (!existsSync(this.store)) return error
    const { lockHolder } = await import('../store/owner-lock.ts')
    const holder = lockHolder(realStorePath(this.store))
    return holder === undefined ? ownerless(this.store, error) : deaf(this.store, holder, error)
  }

  #hello(store: string): Hello {
    return {
      protocol: CONTROL_PROTOCOL,
      engine: this.#engine,
      pid: process.pid,
      store: storeIdentity(store) ?? '',
      payloadBytesMax: 0,
    }
  }
}

function pathOf(store: string | URL): string {
  if (store === 'memory')
    throw new OctopusError('E_USAGE', 'a store in memory has no socket', {
      hint: 'Give the path of the store that another process has open.',
    })
  return store instanceof URL || store.startsWith('file:') ? fileURLToPath(store) : store
}

function noStore(store: string): OctopusError {
  return new OctopusError('E_NO_STORE', `there is no store ${store}`, {
    hint: 'Check the path, or make the store by opening it: Octopus.open, or `octopus start`.',
  })
}

function ownerless(store: string, cause: OctopusError): OctopusError {
  return new OctopusError('E_NO_OWNER', `no process owns ${store}`, {
    hint: 'What it holds is safe and waits. Open it to go on: Octopus.open, or `octopus start`.',
    cause,
  })
}

function deaf(store: string, holder: string, cause: OctopusError): OctopusError {
  return new OctopusError('E_NO_OWNER', `${holder} owns ${store}, and does not listen`, {
    hint: 'It is opening or closing the store, or was opened with socket: false.',
    cause,
  })
}
