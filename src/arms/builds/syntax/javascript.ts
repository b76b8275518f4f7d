import { once } from 'node:events'
import vm from 'node:vm'
import { Worker } from 'node:worker_threads'
import { handlerBeside } from '../../define-task.ts'
import { locate } from './arrow.ts'
import type { Fault } from './fault.ts'

/** CommonJS is compiled as the function body that Node makes of it, and never run. */
export function commonJsFault(text: string): Fault | undefined {
  try {
    vm.compileFunction(withoutMark(text), [
      'exports',
      'require',
      'module',
      '__filename',
      '__dirname',
    ])
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError) return { ...locate(error), message: error.message }
    throw error
  }
}

/** Messages that only module syntax in CommonJS gives: Node reads such a file as a module where nothing says otherwise. */
export function looksLikeModule({ message }: Fault): boolean {
  return MODULE_ONLY.test(message)
}

const MODULE_ONLY =
  /import statement|Unexpected token 'export'|'import\.meta'|await is only valid|Cannot use 'import/

/**
 * Modules need V8's module parser, which Node shows under a flag alone: a small thread of its own has it, started with
 * the first module. Modules are parsed there, never linked or evaluated.
 */
export class ModuleSyntax implements AsyncDisposable {
  #thread: Worker | undefined

  async fault(text: string): Promise<Fault | undefined> {
    this.#thread ??= new Worker(handlerBeside(import.meta.url, './module-thread').module, {
      execArgv: ['--experimental-vm-modules', '--no-warnings'],
      env: {},
    })
    const answered = once(this.#thread, 'message')
    this.#thread.postMessage(withoutMark(text))
    const answer: readonly unknown[] = await answered
    return answer.find(isFault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.terminate()
  }
}

// Node drops it too; V8 itself takes a hashbang, but no byte order mark before one.
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function isFault(value: unknown): value is Fault {
  return (
    typeof value === 'object' &&
    value !== null &&
    'line' in value &&
    'column' in value &&
    'message' in value
  )
}
