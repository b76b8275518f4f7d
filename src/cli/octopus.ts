import { readFileSync } from 'node:fs'
import { COMMANDS, findCommand } from './commands.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { openOutput, printable, type Output } from './output.ts'

/** The command line. Returns the exit code; never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const output = openOutput({ colours: !args.includes('--no-color') })
  const code = await dispatch(helpLast(args), output).catch((error: unknown) => told(error, output))
  await output.flushed()
  return output.lost === undefined || code > EXIT.failed ? code : toldLost(output.lost, output)
}

// A command that ended well has not, when what it said was not written.
async function toldLost(error: Error, output: Output): Promise<ExitCode> {
  const { outputFailed } = await import('./line-file.ts')
  return told(outputFailed('stdout', error), output)
}

// What needs no options is answered before the library that reads them is loaded.
async function dispatch([name, ...args]: readonly string[], output: Output): Promise<ExitCode> {
  if (name === undefined || ['--help', '-h', 'help'].includes(name)) {
    const { helpText } = await import('./help-text.ts')
    output.result(helpText(output.columns))
    return EXIT.ok
  }
  if (name === '--version' || name === '-V') {
    output.result(`${version()}\n`)
    return EXIT.ok
  }
  const entry = findCommand(name)
  if (entry === undefined) return unknownCommand(name, output)
  const { runCommand } = await import('./command-line.ts')
  return runCommand(entry, args, output)
}

/** `octopus help run` means `octopus run --help`; a `--no-color` before the command means what it does behind it. */
function helpLast(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args
  if (first === '--no-color') return helpLast(rest)
  return first === 'help' ? [...rest, '--help'] : args
}

async function unknownCommand(name: string, output: Output): Promise<ExitCode> {
  const { nearest } = await import('./nearest.ts')
  const names = COMMANDS.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])])
  const meant = name.startsWith('-') ? undefined : nearest(name, [...names, 'help'])
  const hint = meant === undefined ? '' : `Did you mean 'octopus ${meant}'? `
  output.usageError(
    `unknown ${name.startsWith('-') ? 'option' : 'command'} '${printable(name)}'`,
    `${hint}See 'octopus --help'.`,
  )
  return EXIT.usage
}

async function told(error: unknown, output: Output): Promise<ExitCode> {
  const { tellError } = await import('./tell-error.ts')
  return tellError(error, output)
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return '?'
  return String(manifest.version)
}
