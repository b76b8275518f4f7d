import type { Clock } from '../protocol/clock.ts'
import type { ArmId } from '../protocol/task.ts'
import type { Config } from './config.ts'
import { EmbeddedStore } from './store/embedded.ts'
import { MemoryJournal } from './store/memory.ts'
import { SqliteJournal } from './store/sqlite.ts'
import type { TaskStore } from './store/store.ts'

/** The store that the configuration names, not yet open. */
export function makeStore(
  config: Config,
  clock: Clock,
  serves: (type: string, arm: ArmId) => boolean,
): TaskStore {
  const journal =
    config.store.kind === 'memory'
      ? new MemoryJournal()
      : new SqliteJournal({ path: config.store.path, clock, retention: config.retention })
  return new EmbeddedStore({ journal, clock, serves })
}
