import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { FILTER_NOTES } from '../filter-notes.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { addStoreOptions } from '../store-options.ts'
import type { LsFlags } from './flags.ts'

const LIMIT_MAX = 10_000_000

/** `octopus ls`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .optionsGroup('Which:')
    .option('-q, --query <filter>', 'only tasks that fit every word of the filter')
    .option(
      '--limit <n>',
      'at most so many, default 100; with --json all',
      wholeNumber(1, LIMIT_MAX),
    )
  addStoreOptions(command)
    .option('--payload', 'with --json: payload and result too')
    .action(async (flags: LsFlags) => {
      const { ls } = await import('./ls.ts')
      ended(await ls(flags, output))
    })
}

export const notes: CommandNotes = {
  more: [...FILTER_NOTES, 'Tasks come in the order in which they were accepted.'],
  examples: [
    { line: "octopus ls -q 'state:failed newer:1h'", about: 'what failed of the last hour' },
    { line: "octopus ls -q 'id:night/* reason:timeout' --json", about: 'one JSON object a task' },
  ],
  stdout: 'a table; with `--json` one `task` object a line',
  exitCodes: [
    { code: EXIT.ok, when: 'listed, also when nothing fits' },
    { code: EXIT.usage, when: 'usage, filter or configuration' },
    { code: EXIT.engine, when: 'no store, or one that cannot be read' },
  ],
}
