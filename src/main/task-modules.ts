import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isTaskDefinition, type AnyTask } from '../arms/define-task.ts'
import type { Clock } from '../protocol/clock.ts'
import { OctopusError } from '../protocol/errors.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import { probeModules } from './module-probe.ts'

/** A definition and where a thread finds it again. */
export interface FoundTask {
  readonly definition: AnyTask
  readonly module: { readonly url: string; readonly exportName: string }
}

/**
 * Every task that the given modules, or modules in the given folders, export. Each is loaded in a probe thread first.
 *
 * @param paths absolute paths of files or folders
 * @throws OctopusError E_CONFIG for a path that is not there or a file without a task, E_HANDLER_LOAD for a module that
 * fails or does not finish to load, by name
 */
export async function loadTaskModules(
  paths: readonly string[],
  loadMs: number,
  clock: Clock,
): Promise<FoundTask[]> {
  if (paths.length === 0) return []
  const files = (await Promise.all(paths.map(modulesAt))).flat()
  await probeModules(files, loadMs, clock)
  const found = await Promise.all(files.map(tasksIn))
  refuseEmpty(paths, files, found)
  return found.flat()
}

const MODULE = /\.(ts|mts|js|mjs)$/
const NOT_A_MODULE = /\.(d|test|spec)\.m?[tj]s$/

async function modulesAt(path: string): Promise<string[]> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new OctopusError('E_CONFIG', `tasks: nothing can be read at ${path}`, {
      cause: error,
      hint: 'Name a module or a folder of modules.',
    })
  })
  if (!stats.isDirectory()) return [pathToFileURL(path).href]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter(
    (entry) => entry.isFile() && MODULE.test(entry.name) && !NOT_A_MODULE.test(entry.name),
  )
  const inside = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/node_modules/'))
  return inside.sort().map((file) => pathToFileURL(file).href)
}

async function tasksIn(url: string): Promise<FoundTask[]> {
  const exports = await moduleExports(url)
  return Object.entries(exports).flatMap(([exportName, value]) =>
    isTaskDefinition(value) ? [{ definition: value, module: { url, exportName } }] : [],
  )
}

function refuseEmpty(
  paths: readonly string[],
  files: readonly string[],
  found: readonly (readonly FoundTask[])[],
): void {
  for (const [at, url] of files.entries()) {
    const file = fileURLToPath(url)
    if (found[at]?.length !== 0 || !paths.includes(file)) continue
    throw new OctopusError('E_CONFIG', `tasks: ${file} exports no task`, {
      hint: "Export what defineTask from 'octopus-executor/task' returns.",
    })
  }
}
