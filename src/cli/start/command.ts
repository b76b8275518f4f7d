import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { fromOptions, grantOptions, limitOptions } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import type { StartFlags } from './flags.ts'

/** `octopus start`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  for (const each of [...fromOptions(), ...limitOptions(), ...grantOptions()])
    command.addOption(each)
  command
    .option('--json', 'one JSON object a line on stdout: engine.started, engine.stopped')
    .action(async (flags: StartFlags) => {
      const { start } = await import('./start.ts')
      ended(await start(flags, output))
    })
}

export const notes: CommandNotes = {
  more: [
    'Owns the store, goes on with what it holds, and runs what octopus enqueue and other processes bring, until it is told to stop. It takes what a dead engine left at once.',
    'The first Ctrl-C or SIGTERM lets what runs finish and starts nothing more; the second hands back what runs, uncharged.',
  ],
  examples: [
    { line: 'octopus start', about: 'until Ctrl-C' },
    {
      line: 'octopus start --store jobs.db --max-parallel batch=8',
      about: 'another store, more threads',
    },
  ],
  stdout: 'nothing; with `--json` `engine.started` and `engine.stopped`',
  exitCodes: [
    { code: EXIT.ok, when: 'stopped after what ran had finished' },
    { code: EXIT.usage, when: 'usage or configuration' },
    { code: EXIT.engine, when: 'the store is not available, or failed' },
    { code: EXIT.interrupted, when: 'a second Ctrl-C' },
    { code: EXIT.terminated, when: 'a second SIGTERM' },
  ],
}
