import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pause } from './pace.ts'

const LOOK_EVERY_MS = 50
const SQLITE_BUSY = 5

/**
 * Does `work` while nobody else, in any thread or process, holds the lock of that name; waits its turn until the
 * signal aborts.
 *
 * Node has no flock, but SQLite's exclusive transaction on an empty database is one: the kernel frees it on kill -9,
 * and the end of a terminated thread closes it too. A lock file with a pid inside could promise neither.
 */
export async function withLock<T>(
  folder: string,
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.lock`)
  using database = new DatabaseSync(path, { timeout: 0 })
  while (!takes(database)) await pause(LOOK_EVERY_MS, signal)
  return await work()
}

function takes(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false
    throw error
  }
}
