import * as v from 'valibot'
import { importPeer } from '../../peer.ts'
import { firstLine, type Fault } from './fault.ts'

type Parse = (text: string) => unknown

const position = v.object({ line: v.number(), col: v.number() })
const documents = v.array(
  v.object({
    errors: v.array(
      v.object({ message: v.string(), linePos: v.optional(v.tupleWithRest([position], position)) }),
    ),
  }),
)

/** Every document of a YAML file, by the optional package `yaml`. Aliases are not expanded, so bombs do no harm. */
export async function yamlFault(text: string): Promise<Fault | undefined> {
  const parse = parserIn(await importPeer('yaml'), 'parseAllDocuments')
  const [error] = v.parse(documents, parse(text)).flatMap((document) => document.errors)
  if (error === undefined) return undefined
  const at = error.linePos?.[0] ?? { line: 1, col: 1 }
  return {
    line: at.line,
    column: at.col,
    message: firstLine(error.message).replace(/ at line \d+, column \d+:?$/, ''),
  }
}

const tomlError = v.object({ line: v.number(), column: v.number(), message: v.string() })

/** TOML by the optional package `smol-toml`. */
export async function tomlFault(text: string): Promise<Fault | undefined> {
  const parse = parserIn(await importPeer('smol-toml'), 'parse')
  try {
    parse(text)
    return undefined
  } catch (error) {
    const { line, column, message } = v.parse(tomlError, error)
    return { line, column, message: firstLine(message).replace(/^Invalid TOML document: /, '') }
  }
}

function parserIn(module: unknown, name: string): Parse {
  const found: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, name) : undefined
  if (isParse(found)) return found
  throw new TypeError(
    `the installed package exports no ${name}; is its version one this release knows?`,
  )
}

function isParse(value: unknown): value is Parse {
  return typeof value === 'function'
}
