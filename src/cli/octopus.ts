import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { openOutput, type Output } from './output.ts'

/** Every command: what `--help` says of it, and the module that is loaded only when it is called. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    usage: '<file|-> [options]',
    about: 'run the tasks of a file to completion, then exit',
    load: () => import('./run/command.ts'),
  },
]

interface CommandEntry {
  readonly name: string
  readonly usage: string
  readonly about: string
  readonly load: () => Promise<CommandModule>
}

/** What a command's module exports. */
export interface CommandModule {
  /** Gives the command its arguments and options; `ended` takes the exit code of its run. */
  define(command: Command, output: Output, ended: (code: ExitCode) => void): void
}

/** The command line. Returns the exit code; never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const output = openOutput({ colours: !args.includes('--no-color') })
  const code = await runCommand(helpFirst(args), output).catch((error: unknown) =>
    told(error, output),
  )
  await output.flushed()
  return code
}

async function runCommand(args: readonly string[], output: Output): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const program = newProgram(output)
  for (const { name, usage, about, load } of COMMANDS) {
    const command = program.command(name).description(about).usage(usage)
    if (args[0] === name) (await load()).define(command, output, (ended) => (code = ended))
  }
  await program.parseAsync(args, { from: 'user' })
  return code
}

function newProgram(output: Output): Command {
  return new Command('octopus')
    .description('A durable task engine: eight arms of worker threads over one store.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .usage('<command> [options]')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.result(text),
      // Errors are told once, in our own form.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
}

/** `octopus help run` means `octopus run --help`. */
function helpFirst(args: readonly string[]): readonly string[] {
  if (args.length === 0) return ['--help']
  if (args[0] !== 'help') return args
  return [...args.slice(1), '--help']
}

async function told(error: unknown, output: Output): Promise<ExitCode> {
  if (error instanceof CommanderError) return toldUsage(error, output)
  // Loads the engine, which whoever only misspelt an option need not wait for.
  const { tellError } = await import('./tell-error.ts')
  return tellError(error, output)
}

function toldUsage(error: CommanderError, output: Output): ExitCode {
  if (error.exitCode === 0) return EXIT.ok
  const [what = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  const hint = [...more, "See 'octopus --help'."].join(' ').trim()
  output.message(`${output.paintMessage('red', '✖')} E_USAGE: ${what}\n  ${hint}\n`)
  return EXIT.usage
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return '?'
  return String(manifest.version)
}
