import { explain, OctopusError, type ErrorCode } from '../main/light.ts'
import { readEnvironment } from './environment.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { Output } from './output.ts'

/** An error as a person can use it: code, sentence, what to do; its stack only for those who ask with DEBUG=1. */
export function tellError(error: unknown, output: Output): ExitCode {
  output.message(`${output.paintMessage('red', '✖')} ${explain(error)}\n`)
  if (readEnvironment().debug) output.message(`${stacks(error)}\n`)
  else if (!(error instanceof OctopusError))
    output.message('  This is a fault of ours. DEBUG=1 shows where it happened.\n')
  return exitCodeOf(error)
}

const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set([
  'E_CLOSED',
  'E_NO_OWNER',
  'E_NO_STORE',
  'E_OUTPUT',
  'E_SOCKET_FOREIGN',
  'E_SOCKET_VERSION',
])

function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof OctopusError)) return EXIT.engine
  const unavailable = error.code.startsWith('E_STORE_') || UNAVAILABLE.has(error.code)
  return unavailable ? EXIT.engine : EXIT.usage
}

function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stacks(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
