import { Argument } from 'commander'
import type { CommandEntry, CommandModule, CommandNotes } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { SHELLS, type Shell } from './shells.ts'

/** `octopus completion`, for the commands of this table. */
export function completionOf(commands: () => readonly CommandEntry[]): CommandModule {
  return {
    notes,
    define: (command, output, ended) => {
      const shell = new Argument('<shell>', 'whose script').choices(SHELLS)
      command.addArgument(shell).action(async (chosen: Shell) => {
        const { completionScript } = await import('./completion-script.ts')
        output.result(await completionScript(chosen, commands(), output))
        ended(EXIT.ok)
      })
    },
  }
}

const notes: CommandNotes = {
  more: [
    'The script knows the commands and options of this version: make it again after an update.',
  ],
  examples: [
    { line: 'source <(octopus completion bash)', about: 'in ~/.bashrc' },
    { line: 'octopus completion zsh > ~/.zfunc/_octopus', about: 'a folder of your fpath' },
    {
      line: 'octopus completion fish > ~/.config/fish/completions/octopus.fish',
      about: 'found by itself',
    },
    {
      line: 'octopus completion powershell | Out-String | Invoke-Expression',
      about: 'in $PROFILE',
    },
  ],
  stdout: 'the script',
  exitCodes: [
    { code: EXIT.ok, when: 'done' },
    { code: EXIT.usage, when: 'an unknown shell' },
  ],
}
