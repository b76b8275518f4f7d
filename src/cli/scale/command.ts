import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { addStoreOptions, type StoreFlags } from '../store-options.ts'

/** `octopus scale`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .argument('<arm>', 'which arm')
    .argument('<n>', 'tasks at once, 1 to 256', wholeNumber(1, 256))
  addStoreOptions(command).action(async (arm: string, maxParallel: number, flags: StoreFlags) => {
    const { scale } = await import('../steer/steer.ts')
    ended(await scale(arm, maxParallel, flags, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'Changes maxParallel of an arm until the engine is started again; what runs is not disturbed.',
  ],
  stdout: 'one line; with `--json` one object',
  exitCodes: [
    { code: EXIT.ok, when: 'done' },
    { code: EXIT.usage, when: 'usage or configuration' },
    { code: EXIT.engine, when: 'no engine runs' },
  ],
}
