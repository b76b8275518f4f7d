import type { CompletedCommand, Place } from './completion-model.ts'

/** Files are left to PowerShell itself: it completes them where a script offers nothing. */
export function powershellScript(commands: readonly CompletedCommand[]): string {
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases])
  return `# PowerShell completion of octopus: octopus completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName octopus, octopus-executor -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $elements = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $before = if ($wordToComplete -eq '') { $elements } else { $elements | Select-Object -SkipLast 1 }
  $commands = ${list(names)}
  $flags = @{
${commands
  .flatMap(({ name, aliases, options }) =>
    rows(
      [name, ...aliases],
      options.flatMap((option) => option.names),
    ),
  )
  .join('\n')}
  }
  $arguments = @{
${commands.flatMap(({ name, aliases, argument }) => rows([name, ...aliases], wordsOf(argument))).join('\n')}
  }
  $values = @{
${[...valuesByFlag(commands)].flatMap(([flag, words]) => rows([flag], words)).join('\n')}
  }
  $previous = @($before)[-1]
  $words = if (@($before).Count -le 1) { $commands + @('--help', '--version') }
    elseif ($values.ContainsKey($previous)) { $values[$previous] }
    elseif ($wordToComplete.StartsWith('-')) { $flags[@($before)[1]] }
    else { $arguments[@($before)[1]] }
  $words | Where-Object { $_ -like "$wordToComplete*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`
}

// Keys of a hashtable are the same in either case there: `-q` and `-Q` would be one twice.
function valuesByFlag(
  commands: readonly CompletedCommand[],
): ReadonlyMap<string, readonly string[]> {
  const options = commands.flatMap((command) => command.options)
  return new Map(
    options.flatMap(({ names, value }) =>
      names.filter((name) => name.startsWith('--')).map((name) => [name, wordsOf(value)] as const),
    ),
  )
}

function rows(keys: readonly string[], words: readonly string[]): string[] {
  return words.length === 0 ? [] : keys.map((key) => `    '${key}' = ${list(words)}`)
}

function wordsOf(place: Place | undefined): readonly string[] {
  return place === undefined || typeof place === 'string' ? [] : place
}

function list(words: readonly string[]): string {
  return `@(${words.map((word) => `'${word}'`).join(', ')})`
}
