import { parentPort, workerData } from 'node:worker_threads'
import { isTaskDefinition } from '../arms/define-task.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import { failureOf, type Failure } from '../protocol/outcome.ts'

/**
 * The first thread that loads a user's modules, before main does: one that throws, exits or never finishes loading
 * costs this thread and is named, instead of stopping the engine.
 */
export interface ProbeRequest {
  readonly modules: readonly string[]
}

export type ProbeMessage =
  | { readonly kind: 'loading'; readonly module: string }
  | { readonly kind: 'loaded'; readonly module: string; readonly types: readonly string[] }
  | { readonly kind: 'failed'; readonly module: string; readonly failure: Failure }

async function probe({ modules }: ProbeRequest): Promise<void> {
  for (const module of modules) {
    tell({ kind: 'loading', module })
    tell(await load(module))
  }
  // A module may have opened a server or a timer; nothing of it is wanted here.
  process.exit(0)
}

async function load(module: string): Promise<ProbeMessage> {
  try {
    const exports = await moduleExports(module)
    const types = Object.values(exports)
      .filter(isTaskDefinition)
      .map((definition) => definition.type)
    return { kind: 'loaded', module, types }
  } catch (error) {
    return { kind: 'failed', module, failure: failureOf(error) }
  }
}

function tell(message: ProbeMessage): void {
  parentPort?.postMessage(message)
}

function isRequest(value: unknown): value is ProbeRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'modules' in value &&
    Array.isArray(value.modules)
  )
}

if (isRequest(workerData)) await probe(workerData)
