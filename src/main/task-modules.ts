import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { isTaskDefinition, type AnyTask } from '../arms/define-task.ts'
import type { Clock } from '../protocol/clock.ts'
import { OctopusError } from '../protocol/errors.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import type { Failure } from '../protocol/outcome.ts'

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
  await probe(files, loadMs, clock)
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

/** Loads the modules one after the other in a thread of their own; the one that goes wrong is named. */
function probe(modules: readonly string[], loadMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.resolve('#probe')), {
      workerData: { modules },
      stdout: true,
      stderr: true,
    })
    let current = modules[0] ?? ''
    let loaded = 0
    let cancel = clock.after(loadMs + THREAD_START_MS, () => giveUp('start'))
    const giveUp = (what: string): void => {
      void worker.terminate()
      reject(notLoading(current, `did not ${what} within ${loadMs} ms`))
    }
    worker.on('message', (message: unknown) => {
      cancel()
      const step = readStep(message)
      current = step.module
      if (step.failure !== undefined) reject(failedLoading(step.module, step.failure))
      if (step.kind === 'loading') cancel = clock.after(loadMs, () => giveUp('finish loading'))
      if (step.kind === 'loaded') loaded += 1
    })
    worker.on('error', (error: Error) => reject(notLoading(current, error.message, error)))
    worker.on('exit', (code) => {
      cancel()
      if (loaded === modules.length) resolve()
      else reject(notLoading(current, `ended its thread with exit code ${code} while it loaded`))
    })
  })
}

/** Starting a thread on a busy machine takes longer than loading a module. */
const THREAD_START_MS = 10_000

function readStep(message: unknown): {
  readonly kind: string
  readonly module: string
  readonly failure?: Failure
} {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the probe is ours, of the same version and process
  return message as { readonly kind: string; readonly module: string; readonly failure?: Failure }
}

function notLoading(module: string, what: string, cause?: unknown): OctopusError {
  return new OctopusError('E_HANDLER_LOAD', `the module ${readable(module)} ${what}`, {
    cause,
    hint: 'Modules of tasks must load quickly and without side effects; move work into run().',
  })
}

function failedLoading(module: string, failure: Failure): OctopusError {
  const hint =
    failure.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
      ? 'Node runs TypeScript by removing the types: enum, namespace and parameter properties cannot be removed. Use a const object instead of an enum, or build the module to JavaScript first.'
      : 'Mend the module, or take it out of `tasks`.'
  return new OctopusError(
    'E_HANDLER_LOAD',
    `the module ${readable(module)} does not load: ${failure.name ?? 'Error'}: ${failure.message}`,
    {
      hint,
      cause: failure.stack ?? failure.message,
    },
  )
}

function readable(module: string): string {
  return module.startsWith('file:') ? fileURLToPath(module) : module
}
