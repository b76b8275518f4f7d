import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions } from '../store-options.ts'
import type { StatusFlags } from './flags.ts'

/** `octopus status [arm]`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command.argument('[arm]', 'only this arm').option('--watch', 'again every second, until Ctrl-C')
  addStoreOptions(command).action(async (arm: string | undefined, flags: StatusFlags) => {
    const { status } = await import('./status.ts')
    ended(await status(arm, flags, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'An engine at work on the store is asked, and counts since it opened. Without one the file is read, as it is: ok, failed and times are those of the last attempts on record, and nothing is changed by asking.',
  ],
  examples: [
    { line: 'octopus status', about: 'all arms' },
    { line: 'octopus status batch --json', about: 'one arm, for a program' },
  ],
  stdout: 'the table; with `--json` one `status` object, with `--watch` one a second',
  exitCodes: [
    { code: EXIT.ok, when: 'told' },
    { code: EXIT.usage, when: 'usage or configuration' },
    { code: EXIT.engine, when: 'no store, or one that cannot be read' },
  ],
}
