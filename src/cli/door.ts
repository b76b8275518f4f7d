import { openStoreReader, type InspectedTask, type TaskQuery } from '../main/light.ts'
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
 * @throws OctopusError E_NO_STORE when there is neither
 */
export async function openReading(store: string): Promise<Reading> {
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
