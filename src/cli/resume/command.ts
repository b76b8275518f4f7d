import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions, type StoreFlags } from '../store-options.ts'

/** `octopus resume`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command.argument('[arm]', 'only this arm; else every one')
  addStoreOptions(command).action(async (arm: string | undefined, flags: StoreFlags) => {
    const { resume } = await import('../steer/steer.ts')
    ended(await resume(arm, flags, output))
  })
}

export const notes: CommandNotes = {
  more: ['Ends a pause.'],
  stdout: 'one line; with `--json` one object',
  exitCodes: [
    { code: EXIT.ok, when: 'done' },
    { code: EXIT.usage, when: 'usage or configuration' },
    { code: EXIT.engine, when: 'no engine runs' },
  ],
}
