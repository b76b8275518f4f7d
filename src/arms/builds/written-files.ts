import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isTemporaryName } from '../output-file.ts'
import { stampOf } from './build-measure.ts'
import type { BuildJob } from './build-job.ts'

/** The files of a folder as they are at one moment: path to stamp. */
export type Snapshot = ReadonlyMap<string, string>

/** In a larger folder, looking for undeclared writes would cost more than it tells. */
const FILES_MAX = 50_000

/** Undefined when there are too many files to watch over. */
export async function snapshot({ cwd, context, breathe }: BuildJob): Promise<Snapshot | undefined> {
  const stamps = new Map<string, string>()
  const folders = [cwd]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await breathe()
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && isWatched(path, entry.name, context.cacheDir)) folders.push(path)
      if (entry.isFile() && !isTemporaryName(entry.name)) stamps.set(path, stampOf(path))
    }
    if (stamps.size > FILES_MAX) return undefined
  }
  return stamps
}

/** What was written between two snapshots and is no declared output, relative to `cwd`. */
export function undeclaredWrites(
  before: Snapshot | undefined,
  after: Snapshot | undefined,
  declared: ReadonlySet<string>,
  cwd: string,
): readonly string[] {
  if (before === undefined || after === undefined) return []
  const written = [...after].filter(
    ([path, stamp]) => before.get(path) !== stamp && !declared.has(path),
  )
  return written.map(([path]) => relative(cwd, path)).sort()
}

// Package managers and tools keep their own books in node_modules.
function isWatched(path: string, name: string, cacheDir: string): boolean {
  return name !== 'node_modules' && name !== '.git' && path !== cacheDir
}
