import { COMMAND_GROUPS, type CommandEntry } from './command.ts'
import { COMMANDS } from './commands.ts'
import { wrapped } from './wrapped.ts'

const NAMES_WIDTH = 22

/** `octopus --help`, made without the library that reads options: it is the command most often waited for. */
export function helpText(columns: number): string {
  const width = Math.max(20, Math.min(80, columns))
  const groups = COMMAND_GROUPS.map((group) => ({
    group,
    entries: COMMANDS.filter((entry) => entry.group === group),
  })).filter(({ entries }) => entries.length > 0)
  return [
    ...wrapped('Usage: octopus <command> [options]', width, 0),
    '',
    ...wrapped('Durable tasks in worker threads over one SQLite file; no server.', width, 0),
    ...groups.flatMap(({ group, entries }) => [
      '',
      `${group}:`,
      ...entries.flatMap((entry) => commandLines(entry, width)),
    ]),
    '',
    'Everywhere:',
    ...row('help [command]', 'this text, or that of a command (also -h, --help)', width),
    ...row('-V, --version', 'print the version', width),
    ...row('--no-color', 'no colours (as NO_COLOR=1)', width),
    '',
  ].join('\n')
}

function commandLines({ name, aliases = [], usage, about }: CommandEntry, width: number): string[] {
  const also = aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`
  return row(`${name} ${usage}`.trim(), about + also, width)
}

function row(name: string, about: string, width: number): string[] {
  const lines = wrapped(about, width, width < 60 ? 4 : NAMES_WIDTH + 2)
  const [first = '', ...more] = lines
  const beside = width >= 60 && name.length + 2 < NAMES_WIDTH + 2
  return beside
    ? [`  ${name}`.padEnd(NAMES_WIDTH + 2) + first.trim(), ...more]
    : [`  ${name}`, ...lines]
}
