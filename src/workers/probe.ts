import { parentPort, workerData } from 'node:worker_threads'
import { isTaskDefinition } from '../arms/define-task.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import { failureOf } from '../protocol/outcome.ts'
import type { ProbedExport, ProbeMessage, ProbeRequest } from '../protocol/probe-messages.ts'

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
    return {
      kind: 'loaded',
      module,
      exports: Object.entries(exports).map(([name, value]) => ({ name, kind: kindOf(value) })),
    }
  } catch (error) {
    return { kind: 'failed', module, failure: failureOf(error) }
  }
}

function kindOf(value: unknown): ProbedExport['kind'] {
  if (isTaskDefinition(value)) return 'task'
  return typeof value === 'function' ? 'function' : 'other'
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
