/** docs/cli.md: the command table, and what each command's own definition says. */
import type { Argument, Command, Option } from 'commander'
import { definedCommand, exitCodesOf } from '../src/cli/command-line.ts'
import { COMMAND_GROUPS, type CommandEntry, type CommandNotes } from '../src/cli/command.ts'
import { COMMANDS } from '../src/cli/commands.ts'
import { openOutput, type Output } from '../src/cli/output.ts'

export async function cliPage(): Promise<string> {
  const output = openOutput({ colours: false })
  const sections = await Promise.all(COMMANDS.map((entry) => section(entry, output)))
  return [
    '# The command line',
    '',
    'Made from the command table (`src/cli/commands.ts`) and each command’s definition by `npm run docs`. Where nothing is installed: `npx octopus-executor <command>`.',
    '',
    'stdout carries results only; progress and messages go to stderr. `--help` and `--no-color` work everywhere. A flag comes before its `OCTOPUS_*` variable, that before the',
    'configuration file, that before the default.',
    ...COMMAND_GROUPS.flatMap(groupTable),
    ...sections.flat(),
    '',
  ].join('\n')
}

function groupTable(group: string): string[] {
  const entries = COMMANDS.filter((entry) => entry.group === group)
  if (entries.length === 0) return []
  return [
    '',
    `| ${group} | |`,
    '|---|---|',
    ...entries.map(
      ({ name, usage, about }) =>
        `| [\`octopus ${cell(`${name} ${usage}`.trim())}\`](#octopus-${name}) | ${cell(about)} |`,
    ),
  ]
}

async function section(entry: CommandEntry, output: Output): Promise<string[]> {
  const module = await entry.load()
  const command = definedCommand(entry, module, output, () => undefined)
  const { aliases = [], name, about, usage } = entry
  return [
    '',
    `## octopus ${name}`,
    '',
    `${about.slice(0, 1).toUpperCase()}${about.slice(1)}.${aliases.length === 0 ? '' : ` Also \`${aliases.join('`, `')}\`.`}`,
    '',
    '```',
    `octopus ${name} ${usage} [options]`.replaceAll('  ', ' '),
    '```',
    ...argumentLines(command.registeredArguments),
    ...optionLines(command),
    ...noteLines(module.notes ?? {}),
  ]
}

function argumentLines(all: readonly Argument[]): string[] {
  if (all.length === 0) return []
  const rows = all.map(
    (argument) =>
      `- \`${argument.name()}\`${argument.required ? '' : ' (may be absent)'}: ${argument.description}`,
  )
  return ['', ...rows]
}

function optionLines(command: Command): string[] {
  const shown = command.options.filter(({ hidden, long }) => !hidden && long !== '--no-color')
  if (shown.length === 0) return []
  const groups = Map.groupBy(shown, ({ helpGroupHeading }) => helpGroupHeading ?? 'Options:')
  return [...groups].flatMap(([heading, options]) => [
    '',
    `| ${heading.replace(/:$/, '')} | |`,
    '|---|---|',
    ...options.map(optionRow),
  ])
}

function optionRow({ flags, description, argChoices, defaultValue, envVar }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`
  const preset: unknown = defaultValue
  const fallback = preset === undefined ? '' : ` (default ${JSON.stringify(preset)})`
  const variable = envVar === undefined ? '' : ` (env: ${envVar})`
  return `| \`${cell(flags)}\` | ${cell(description + choices + fallback + variable)} |`
}

function noteLines(notes: CommandNotes): string[] {
  const { more = [], examples = [], stdout } = notes
  const codes = exitCodesOf(notes).map(({ code, when }) => `${code} ${when}`)
  return [
    ...paragraphs(more),
    ...(examples.length === 0 ? [] : ['', '```', ...examples.map(exampleLine), '```']),
    ...(stdout === undefined ? [] : ['', `stdout: ${stdout}.`]),
    '',
    `Exit code: ${codes.join(', ')}.`,
  ]
}

function paragraphs(more: readonly string[]): string[] {
  return more.flatMap((text) =>
    text.startsWith(' ') ? ['', '```', text.slice(1), '```'] : ['', text],
  )
}

function exampleLine({ line, about }: { readonly line: string; readonly about: string }): string {
  return `${line.padEnd(52)} # ${about}`
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
