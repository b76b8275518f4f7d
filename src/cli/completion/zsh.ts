import type { CompletedCommand, CompletedOption, Place } from './completion-model.ts'

export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef octopus octopus-executor
# zsh completion of octopus: in a file _octopus of a folder in your fpath
_octopus() {
  local -a commands=(
${commands.flatMap(described).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
_octopus "$@"
`
}

function described({ name, aliases, about }: CompletedCommand): string[] {
  return [name, ...aliases].map((one) => `    ${quoted(`${one}:${about.replaceAll(':', '\\:')}`)}`)
}

function commandCase({ name, aliases, argument, options }: CompletedCommand): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(argument === undefined ? [] : [quoted(`*:argument:${actionOf(argument)}`)]),
  ]
  return `    ${[name, ...aliases].join('|')})
      _arguments ${specs.map((spec) => `\\\n        ${spec}`).join(' ')} ;;`
}

function optionSpecs({ names, about, value }: CompletedOption): string[] {
  const text = about.replaceAll(/[[\]:]/g, String.raw`\$&`)
  const action = value === undefined ? '' : `:value:${actionOf(value)}`
  return names.map((name) => quoted(`*${name}[${text}]${action}`))
}

function actionOf(place: Place): string {
  if (place === 'text') return ' '
  return place === 'file' ? '_files' : `(${place.join(' ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
