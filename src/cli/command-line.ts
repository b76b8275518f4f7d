import { Command, CommanderError } from 'commander'
import type { CommandEntry, CommandModule, CommandNotes } from './command.ts'
import { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.ts'
import type { Output } from './output.ts'
import { wrapped } from './wrapped.ts'

const WIDTH = 80

/** Reads one command's options and arguments, and runs it. @throws whatever the command throws */
export async function runCommand(
  entry: CommandEntry,
  args: readonly string[],
  output: Output,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const command = definedCommand(entry, await entry.load(), output, (ended) => (code = ended))
  try {
    await command.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return toldUsage(error, entry, output)
    throw error
  }
}

/** The command with everything that its help shows; also what docs/cli.md is made from. */
export function definedCommand(
  entry: CommandEntry,
  { define, notes }: CommandModule,
  output: Output,
  ended: (code: ExitCode) => void,
): Command {
  const command = new Command(`octopus ${entry.name}`)
    .description(entry.about)
    .usage(`${entry.usage} [options]`.trim())
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.result(text),
      getOutHelpWidth: () => Math.min(WIDTH, output.columns),
      // Errors are told once, in our own form.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
  define(command, output, ended)
  if (!command.options.some(({ long }) => long === '--no-color'))
    command.option('--no-color', 'no colours (as NO_COLOR=1)')
  return command.addHelpText('after', () => notesText(notes ?? {}, Math.min(WIDTH, output.columns)))
}

/** The exit codes of a command: those it names, or what every command has. */
export function exitCodesOf({ exitCodes }: CommandNotes): NonNullable<CommandNotes['exitCodes']> {
  return (
    exitCodes ??
    [EXIT.ok, EXIT.usage, EXIT.engine].map((code) => ({ code, when: EXIT_MEANINGS[code] }))
  )
}

function notesText(notes: CommandNotes, width: number): string {
  const { examples = [], more = [] } = notes
  const codes = exitCodesOf(notes).map(({ code, when }) => `${code} ${when}`)
  return [
    ...more.flatMap((text) => (text.startsWith(' ') ? [text] : ['', ...wrapped(text, width, 0)])),
    ...(examples.length === 0 ? [] : ['', 'Examples:']),
    ...examples.flatMap(({ line, about }) => [`  ${line}`, ...wrapped(about, width, 6)]),
    '',
    'Exit code:',
    ...wrapped(codes.join(', '), width, 2),
  ].join('\n')
}

function toldUsage(error: CommanderError, { name }: CommandEntry, output: Output): ExitCode {
  if (error.exitCode === 0) return EXIT.ok
  const [what = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  output.usageError(what, [...more, `See 'octopus ${name} --help'.`].join(' ').trim())
  return EXIT.usage
}
