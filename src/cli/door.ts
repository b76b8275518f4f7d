import {
  livingOwner,
  openStoreReader,
  type InspectedTask,
  type RemoteOctopus,
  type TaskQuery,
} from '../main/light.ts'
import { connectedOwner } from './owner.ts'
import { engineReport } from './status/engine-report.ts'
import type { StatusReport } from './status/report.ts'
import { storedReport } from './status/stored-report.ts'

/** What can be asked of a store, whoever answers. */
export interface Reading {
  status(): Promise<StatusReport>
  list(
    query: TaskQuery,
  ): Promise<{ readonly tasks: readonly InspectedTask[]; readonly next: number | undefined }>
  get(id: string): Promise<InspectedTask | undefined>
  close(): Promise<void>
}

/**
 * Whoever knows best: the engine that owns the store, over its socket; without one, the file.
 * @throws OctopusError E_NO_STORE when there is neither, E_SOCKET_VERSION, E_SOCKET_FOREIGN
 */
async function openReading(store: string): Promise<Reading> {
  const owner = await connectedOwner(store)
  return owner === undefined ? openFile(store) : engineReading(store, owner)
}

function engineReading(store: string, octopus: RemoteOctopus): Reading {
  return {
    async status() {
      const status = await octopus.status()
      return engineReport(store, octopus.owner.pid, livingOwner(store), status)
    },
    list: (query) => octopus.list(query),
    get: (id) => octopus.get(id),
    close: () => octopus.close(),
  }
}

async function openFile(store: string): Promise<Reading> {
  const reader = await openStoreReader(store)
  return {
    status: () => Promise.try(() => storedReport(store, reader.status())),
    list: (query) => reader.list(query),
    get: (id) => reader.get(id),
    close: () => Promise.try(() => reader.close()),
  }
}

/** Reads, and lets go of whatever was opened for it. */
export async function reading<Answer>(
  store: string,
  ask: (door: Reading) => Promise<Answer>,
): Promise<Answer> {
  const door = await openReading(store)
  try {
    return await ask(door)
  } finally {
    await door.close()
  }
}
