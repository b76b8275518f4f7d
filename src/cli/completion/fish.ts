import type { CompletedCommand, CompletedOption, Place } from './completion-model.ts'

export function fishScript(commands: readonly CompletedCommand[]): string {
  return `# fish completion of octopus: ~/.config/fish/completions/octopus.fish
complete -c octopus -f
${commands.flatMap(commandLines).join('\n')}
complete -c octopus-executor -w octopus
`
}

function commandLines({ name, aliases, about, argument, options }: CompletedCommand): string[] {
  const names = [name, ...aliases]
  const within = `-n 'contains -- (commandline -opc)[2] ${names.join(' ')}'`
  return [
    ...names.map(
      (one) =>
        `complete -c octopus -n 'test (count (commandline -opc)) -eq 1' -a ${one} -d ${quoted(about)}`,
    ),
    ...(argument === undefined || argument === 'text'
      ? []
      : [`complete -c octopus ${within} ${valueOf(argument)}`]),
    ...options.map((option) => optionLine(within, option)),
  ]
}

function optionLine(within: string, { names, about, value }: CompletedOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  const taken = value === undefined ? '' : ` -r ${valueOf(value)}`
  return `complete -c octopus ${within} ${flags.join(' ')}${taken} -d ${quoted(about)}`
}

function valueOf(place: Place): string {
  if (place === 'file') return '-F'
  return place === 'text' ? '-f' : `-f -a ${quoted(place.join(' '))}`
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
