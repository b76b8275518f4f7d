import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions, type StoreFlags } from '../store-options.ts'

/** `octopus drain`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  addStoreOptions(command).action(async (flags: StoreFlags) => {
    const { drain } = await import('../steer/steer.ts')
    ended(await drain(flags, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'Waits until nothing is ready or running. Paused arms are not waited for, nor is what is due later; the engine goes on.',
  ],
  stdout: 'one line; with `--json` one object',
  exitCodes: [
    { code: EXIT.ok, when: 'done' },
    { code: EXIT.usage, when: 'usage or configuration' },
    { code: EXIT.engine, when: 'no engine runs' },
  ],
}
