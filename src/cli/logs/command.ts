import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions } from '../store-options.ts'
import type { LogsFlags } from './flags.ts'

/** `octopus logs <id>`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the id it was enqueued with, or that it was given')
    .option('-f, --follow', 'go on until the task is over')
  addStoreOptions(command).action(async (id: string, flags: LogsFlags) => {
    const { logs } = await import('./logs.ts')
    ended(await logs(id, flags, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'Lines are on record once their attempt has ended; progress is told as it is made. To follow needs an engine at work on the store.',
  ],
  examples: [{ line: 'octopus logs night/17 -f', about: 'until it is over' }],
  stdout: 'the lines; with `--json` one `log` object a line',
  exitCodes: [
    { code: EXIT.ok, when: 'told' },
    { code: EXIT.failed, when: 'with -f: the task failed for good' },
    { code: EXIT.usage, when: 'no such task, usage or configuration' },
    { code: EXIT.engine, when: 'no store; with -f also when no engine runs' },
  ],
}
