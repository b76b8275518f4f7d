import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { many, option } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { addStoreOptions } from '../store-options.ts'
import { FILE_FORMATS } from '../task-file/file-format.ts'
import type { EnqueueFlags } from './flags.ts'

/** `octopus enqueue`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .argument('[type]', 'what is to be done: a built-in type, or one of the engine’s modules')
    .argument('[json]', "its payload as JSON; '-' reads it from stdin")
    .optionsGroup('Instead of a type:')
    .option('-f, --file <file>', "every task of a task file; '-' reads stdin")
    .addOption(option('--format <format>', 'how the file is written').choices(FILE_FORMATS))
    .optionsGroup('The task:')
    .option('--id <id>', 'the same id is never a second task')
    .option('--priority <n>', '0 to 255, higher first', wholeNumber(0, 255))
    .option('--delay <span>', 'ready after this long: 5s, 2h')
    .addOption(many('--after <id>', 'wait for this task (repeatable)'))
    .option('--arm <arm>', 'one of the arms that serve the type')
    .optionsGroup('How:')
    .option('--wait', 'wait for the results and print them; exit 1 when one failed')
  addStoreOptions(command)
    .addOption(many('--tasks <path>', 'without an engine: module or folder that exports tasks'))
    .action(async (type: string | undefined, json: string | undefined, flags: EnqueueFlags) => {
      const { enqueue } = await import('./enqueue.ts')
      ended(await enqueue(type, json, flags, output))
    })
}

export const notes: CommandNotes = {
  more: [
    'It is over once the tasks are on disk. An engine at work on the store takes them; without one the store is opened for a moment, and they wait until an engine is started.',
    'Ids in a task file are ids of the store here: the same file a second time is the same tasks where rows have ids, and new ones where they have none.',
  ],
  examples: [
    {
      line: `octopus enqueue make-thumbs '{"file":"a.jpg"}' --wait`,
      about: 'and print the result',
    },
    { line: 'octopus enqueue -f tasks.ndjson', about: 'a whole file' },
  ],
  stdout:
    'the ids, one a line; with `--wait` the results as JSON; with `--json` `task.accepted` and `task.finished` objects',
  exitCodes: [
    { code: EXIT.ok, when: 'on disk; with --wait: all succeeded' },
    { code: EXIT.failed, when: 'with --wait: some failed for good' },
    { code: EXIT.usage, when: 'usage, payload or task file' },
    { code: EXIT.engine, when: 'engine or store; with --wait also when no engine runs' },
  ],
}
