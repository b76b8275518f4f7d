/** A thread that says what is wrong with the source of a module. See ModuleSyntax. */
import { stripTypeScriptTypes } from 'node:module'
import vm from 'node:vm'
import { parentPort } from 'node:worker_threads'
import { locate } from './arrow.ts'
import type { Fault } from './fault.ts'

parentPort?.on('message', (source: string) => parentPort?.postMessage(moduleFault(source)))

function moduleFault(source: string): Fault | undefined {
  const message = complaint(source)
  return message === undefined ? undefined : { ...whereIs(message, source), message }
}

/** V8's verdict, which comes without a place. */
function complaint(source: string): string | undefined {
  try {
    void new vm.SourceTextModule(source)
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}

// Node's TypeScript parser reads JavaScript too and tells where it stumbled, but does not know all of V8's early errors.
function whereIs(message: string, source: string): Pick<Fault, 'line' | 'column'> {
  try {
    stripTypeScriptTypes(source)
    return { line: firstBadLine(message, source), column: 1 }
  } catch (error) {
    return error instanceof Error ? locate(error) : { line: 1, column: 1 }
  }
}

/** The shortest head of the source, in lines, of which V8 says the same. */
function firstBadLine(message: string, source: string): number {
  const lines = source.split('\n')
  let [good, bad] = [0, lines.length]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (complaint(lines.slice(0, middle).join('\n')) === message) bad = middle
    else good = middle
  }
  return bad
}
