import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions, type StoreFlags } from '../store-options.ts'

/** `octopus pause`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command.argument('[arm]', 'only this arm; else every one')
  addStoreOptions(command).action(async (arm: string | undefined, flags: StoreFlags) => {
    const { pause } = await import('../steer/steer.ts')
    ended(await pause(arm, flags, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'The engine starts nothing more there until it is told to go on, or started again. What runs goes on.',
  ],
  stdout: 'one line; with `--json` one object',
  exitCodes: [
    { code: EXIT.ok, when: 'done' },
    { code: EXIT.usage, when: 'usage or configuration' },
    { code: EXIT.engine, when: 'no engine runs' },
  ],
}
