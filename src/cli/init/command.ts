import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { option } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'

/** `octopus init`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .argument('[dir]', 'folder of the package; made when it is not there', '.')
    .addOption(option('--yes', 'ask nothing'))
    .action(async (folder: string, flags: { readonly yes?: true }) => {
      const { init } = await import('./init.ts')
      ended(await init(folder, flags.yes === true, output))
    })
}

export const notes: CommandNotes = {
  more: [
    'It writes octopus.config.ts, tasks/count-words.ts and tasks.ndjson, and adds scripts to package.json and .octopus/ to .gitignore. Nothing is ever overwritten: a file that is there and says something else stops it before it has written anything.',
  ],
  examples: [
    { line: 'octopus init', about: 'shows what it would do, and asks' },
    { line: 'octopus init jobs --yes', about: 'in a script' },
  ],
  stdout: 'a line for each file: `+` new, `~` added to, `=` as it was',
  exitCodes: [
    { code: EXIT.ok, when: 'done, or there was nothing to do' },
    { code: EXIT.usage, when: 'a file is in the way, or nobody can be asked' },
  ],
}
