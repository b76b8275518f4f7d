import { readFileSync, writeFileSync } from 'node:fs'
import {
  notedRuns,
  STATUS_SLOT_BYTES,
  STATUS_SLOTS,
  type NotedRun,
} from '../../protocol/status-slot.ts'

/** What ran when the last owner died, as its threads noted it; nothing where there is no file. */
export function readStatusFile(path: string): NotedRun[] {
  try {
    return notedRuns(readFileSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/**
 * Empties every slot, also after a clean close: a slot that no thread of this owner uses would accuse a task of the last
 * one. Written in place, so that the mode of an existing file is kept and a new one is ours alone.
 */
export function emptyStatusFile(path: string): void {
  writeFileSync(path, new Uint8Array(STATUS_SLOTS * STATUS_SLOT_BYTES), { mode: 0o600 })
}
