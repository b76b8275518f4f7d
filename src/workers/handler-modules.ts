import { isTaskDefinition, type AnyTask } from '../arms/define-task.ts'
import type { TaskContext } from '../arms/task-context.ts'
import { moduleExports } from '../protocol/module-exports.ts'
import { failureOf, type Failure } from '../protocol/outcome.ts'
import type { TypeModule } from '../protocol/thread-messages.ts'

/** What runs a type in this thread, or why nothing can. */
export type Handler =
  | {
      readonly kind: 'ready'
      readonly run: (payload: unknown, context: TaskContext) => unknown
      readonly services: readonly string[]
    }
  | { readonly kind: 'broken'; readonly failure: Failure }

const handlers = new Map<string, Handler>()

export function handlerOf(type: string): Handler | undefined {
  return handlers.get(type)
}

/** Imports the module that main's registry names for the type. Never throws: a broken module is a value too. */
export async function loadHandler(location: TypeModule): Promise<void> {
  handlers.set(location.type, await load(location))
}

async function load({ type, module, exportName }: TypeModule): Promise<Handler> {
  try {
    const exports = await moduleExports(module)
    const exported: unknown = exports[exportName]
    if (isTaskDefinition(exported)) return fromDefinition(type, exported)
    if (isCallable(exported)) return { kind: 'ready', run: callable(exported), services: [] }
    return broken(type, new TypeError(`${module} exports no task or function named ${exportName}`))
  } catch (error) {
    return broken(type, error)
  }
}

function fromDefinition(type: string, definition: AnyTask): Handler {
  const { run, host } = definition
  if (run === undefined) return broken(type, new TypeError('its definition has no run function'))
  return { kind: 'ready', run: callable(run), services: host ?? [] }
}

// The payload was validated on main against the definition's own schema: here its type is a matter of that contract.
function callable(
  run: (...args: never[]) => unknown,
): (payload: unknown, context: TaskContext) => unknown {
  return (payload, context): unknown => Reflect.apply(run, undefined, [payload, context])
}

function isCallable(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function'
}

function broken(type: string, error: unknown): Handler {
  const failure = failureOf(error)
  return {
    kind: 'broken',
    failure: {
      ...failure,
      code: 'E_HANDLER_LOAD',
      message: `the handler of ${type} does not load: ${failure.message}`,
      final: true,
    },
  }
}
