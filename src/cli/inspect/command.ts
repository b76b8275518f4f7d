import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions } from '../store-options.ts'
import type { InspectFlags } from './flags.ts'

/** `octopus inspect <id>`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command.argument('<id>', 'the id it was enqueued with, or that it was given')
  addStoreOptions(command)
    .option('--payload', 'payload and result whole, however long')
    .option('--trace', 'where the time of each attempt went, and what it logged')
    .action(async (id: string, flags: InspectFlags) => {
      const { inspect } = await import('./inspect.ts')
      ended(await inspect(id, flags, output))
    })
}

export const notes: CommandNotes = {
  examples: [
    { line: 'octopus inspect night/17', about: 'its state, its attempts, and why it failed' },
    { line: 'octopus inspect night/17 --json', about: 'all of it, for a program' },
  ],
  stdout: 'the record as text; with `--json` one `task` object',
  exitCodes: [
    { code: EXIT.ok, when: 'told' },
    { code: EXIT.usage, when: 'no such task, usage or configuration' },
    { code: EXIT.engine, when: 'no store, or one that cannot be read' },
  ],
}
