import type { BatchHandler, BatchHandlers } from '../batch-handler.ts'
import { TaskError } from '../task-errors.ts'

/** @throws TaskError E_PAYLOAD for a name nobody registered, E_PRECONDITION when its module does not hold it */
export async function loadBatchHandler(
  name: string,
  handlers: BatchHandlers,
): Promise<BatchHandler> {
  const location = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (location === undefined) throw unknown(name, handlers)
  const loaded: unknown = await load(location.module)
  const found: unknown =
    typeof loaded === 'object' && loaded !== null
      ? Reflect.get(loaded, location.exportName)
      : undefined
  if (!isHandler(found)) {
    throw new TaskError(
      'E_PRECONDITION',
      `${location.module} exports no function '${location.exportName}'`,
    )
  }
  return found
}

async function load(module: string): Promise<unknown> {
  try {
    return await import(module)
  } catch (cause) {
    throw new TaskError('E_PRECONDITION', `${module} could not be loaded: ${String(cause)}`, {
      cause,
    })
  }
}

function isHandler(value: unknown): value is BatchHandler {
  return typeof value === 'function'
}

function unknown(name: string, handlers: BatchHandlers): TaskError {
  const known = Object.keys(handlers).join(', ')
  return new TaskError(
    'E_PAYLOAD',
    `no batch handler '${name}'; the config's batchHandlers knows ${known || 'none'}`,
  )
}
