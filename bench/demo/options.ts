import { parseArgs } from 'node:util'
import type { Size } from './input.ts'

export interface Options extends Size {
  /** Leave the folder with all inputs and outputs. */
  readonly keep: boolean
  /** Measure one plain thread on every so-manieth task; 1: on all. */
  readonly every: number
}

export const USAGE = `npm run demo -- [--small] [--full] [--keep]

  --small  10 MB of log and 2,000 files instead of 100 MB and all of node_modules
  --full   measure all of the work on one thread, instead of every 4th task
  --keep   leave the folder with inputs, outputs and store, and name it

exit code 0: every output is what it should be; 1: one is not; 2: wrong usage
`

/** For what is to be printed instead of run. */
export type Asked = { readonly run: Options } | { readonly usage: string; readonly exitCode: 0 | 2 }

export function optionsOf(args: readonly string[]): Asked {
  try {
    const { values } = parseArgs({ args: [...args], options: FLAGS })
    if (values.help) return { usage: USAGE, exitCode: 0 }
    const { keep, small } = values
    const logBytes = amount('bytes', values.bytes, small ? 10_000_000 : 100_000_000)
    const filesMax = amount('files', values.files, small ? 2_000 : 1_000_000)
    return { run: { keep, logBytes, filesMax, every: values.full ? 1 : 4 } }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { usage: `${error.message}\n\n${USAGE}`, exitCode: 2 }
  }
}

// `bytes` and `files` are for tests, which want less than --small.
const FLAGS = {
  help: { type: 'boolean', short: 'h', default: false },
  small: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  bytes: { type: 'string' },
  files: { type: 'string' },
} as const

function amount(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`--${name} ${text} is not a whole number above 0`)
}
