import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../protocol/clock.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { Failure } from '../protocol/outcome.ts'
import type { ProbedExport, ProbeMessage } from '../protocol/probe-messages.ts'

/** A module that loads, and what it exports. */
export interface ProbedModule {
  readonly module: string
  readonly exports: readonly ProbedExport[]
}

/** Starting a thread on a busy machine takes longer than loading a module. */
const THREAD_START_MS = 10_000

/**
 * Loads the modules one after the other in a thread of their own; the one that goes wrong is named.
 * @throws OctopusError E_HANDLER_LOAD
 */
export function probeModules(
  modules: readonly string[],
  loadMs: number,
  clock: Clock,
): Promise<readonly ProbedModule[]> {
  if (modules.length === 0) return Promise.resolve([])
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.resolve('#probe')), {
      workerData: { modules },
      stdout: true,
      stderr: true,
    })
    let current = modules[0] ?? ''
    const loaded: ProbedModule[] = []
    let cancel = clock.after(loadMs + THREAD_START_MS, () => giveUp('start'))
    const giveUp = (what: string): void => {
      void worker.terminate()
      reject(notLoading(current, `did not ${what} within ${loadMs} ms`))
    }
    worker.on('message', (message: unknown) => {
      cancel()
      const step = readStep(message)
      current = step.module
      if (step.kind === 'failed') reject(failedLoading(step.module, step.failure))
      if (step.kind === 'loading') cancel = clock.after(loadMs, () => giveUp('finish loading'))
      if (step.kind !== 'loaded') return
      loaded.push({ module: step.module, exports: step.exports })
      // The thread may take its time to end: all that was asked of it is known.
      if (loaded.length === modules.length) resolve(loaded)
    })
    worker.on('error', (error: Error) => reject(notLoading(current, error.message, error)))
    worker.on('exit', (code) => {
      cancel()
      reject(notLoading(current, `ended its thread with exit code ${code} while it loaded`))
    })
  })
}

function readStep(message: unknown): ProbeMessage {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the probe is ours, of the same version and process
  return message as ProbeMessage
}

function notLoading(module: string, what: string, cause?: unknown): OctopusError {
  return new OctopusError('E_HANDLER_LOAD', `the module ${readable(module)} ${what}`, {
    cause,
    hint: 'Modules of tasks must load quickly and without side effects; move work into run().',
  })
}

function failedLoading(module: string, failure: Failure): OctopusError {
  return new OctopusError(
    'E_HANDLER_LOAD',
    `the module ${readable(module)} does not load: ${failure.name ?? 'Error'}: ${failure.message}`,
    { hint: hintFor(failure), cause: failure.stack ?? failure.message },
  )
}

function hintFor({ code }: Failure): string {
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return 'Node runs TypeScript by removing the types: enum, namespace and parameter properties cannot be removed. Use a const object instead of an enum, or build the module to JavaScript first.'
  return 'Mend the module, or name another one.'
}

function readable(module: string): string {
  return module.startsWith('file:') ? fileURLToPath(module) : module
}
