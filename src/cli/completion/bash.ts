import type { CompletedCommand, CompletedOption, Place } from './completion-model.ts'

/** For bash 3.2 and newer; needs nothing of the bash-completion package. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases])
  return `# bash completion of octopus: source <(octopus completion bash)
_octopus() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...names, '--help', '--version'].join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map(commandCase).join('\n')}
  esac
  if [ "$words" = "@files" ]; then
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o filenames -F _octopus octopus octopus-executor
`
}

function commandCase({ name, aliases, argument, options }: CompletedCommand): string {
  const flags = options.flatMap(({ names }) => names).join(' ')
  return `    ${[name, ...aliases].join('|')})
      case "$previous" in
${options.flatMap(valueCase).join('')}        *) case "$current" in
          -*) words="${flags}" ;;
          *) words="${argument === undefined ? flags : wordsOf(argument)}" ;;
        esac ;;
      esac ;;`
}

function valueCase({ names, value }: CompletedOption): string[] {
  return value === undefined ? [] : [`        ${names.join('|')}) words="${wordsOf(value)}" ;;\n`]
}

function wordsOf(place: Place): string {
  if (place === 'text') return ''
  return place === 'file' ? '@files' : place.join(' ')
}
