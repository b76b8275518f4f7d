import type { Command, Option } from 'commander'
import type { CommandNotes } from '../command.ts'
import { fromOptions, grantOptions, limitOptions, many, option } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { FILE_FORMATS } from '../task-file/file-format.ts'
import { PARENT_FAILURE_POLICIES, UI_MODES, type RunFlags } from './flags.ts'

/** `octopus run`: what it takes. What it does is loaded only once it is sure to be wanted. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command.argument(
    '<file>',
    "task file: .ndjson (one JSON object a line), .json, .yaml; '-' reads stdin",
  )
  for (const group of GROUPS) {
    command.optionsGroup(`${group.title}:`)
    for (const each of group.options) command.addOption(each)
  }
  command.action(async (file: string, flags: RunFlags) => {
    const { run } = await import('./run.ts')
    ended(await run(file, flags, output))
  })
}

const GROUPS: readonly { readonly title: string; readonly options: readonly Option[] }[] = [
  {
    title: 'Where from',
    options: [
      option('--format <format>', 'how the file is written, when its ending does not say').choices(
        FILE_FORMATS,
      ),
      ...fromOptions(),
    ],
  },
  {
    title: 'Which rows',
    options: [
      many('--arm <name>', 'only rows that this arm serves (repeatable)'),
      many('--type <type>', 'only rows of this type (repeatable)'),
      option('--skip-invalid', 'leave invalid rows out instead of running nothing'),
      option('--resume', 'go on with the unfinished run of this file'),
      option('--only-failed', 'run the rows again that failed in the last run of this file'),
      option('--fresh', "cancel what is left of this file's unfinished run, and start a new one"),
      option('--dry-run', 'check everything, say what would run, run nothing'),
    ],
  },
  {
    title: 'How they run',
    options: [
      ...limitOptions(),
      option('--attempts <n>', 'attempts in all of rows that do not say').argParser(
        wholeNumber(1, 1_000),
      ),
      option('--retries <n>', 'the same as --attempts n+1')
        .argParser(wholeNumber(0, 999))
        .conflicts('attempts'),
      option('--timeout <span>', 'longest run of one attempt of rows that do not say: 30s, 2m'),
      option('--wait', 'wait until whoever has the store open lets go of it'),
      option(
        '--on-parent-failure <what>',
        "rows that wait for one that failed, and do not say themselves: 'skip' is the default",
      ).choices(PARENT_FAILURE_POLICIES),
      option('--deadline <span>', 'start nothing more after this long'),
      option('--fail-fast', 'start nothing more once a task has failed for good'),
      ...grantOptions(),
    ],
  },
  {
    title: 'What it tells',
    options: [
      option('--json', 'one JSON object a line on stdout: task.finished, last run.summary'),
      option('--quiet', 'only failures and the summary'),
      option('--ui <mode>', 'progress on stderr, default auto; bars need a terminal')
        .choices(UI_MODES)
        .env('OCTOPUS_UI'),
      option('--no-color', 'no colours (as NO_COLOR=1)'),
      option('--joblog <file>', "one line a task in GNU parallel's columns"),
      option('--summary <file>', 'the summary as JSON'),
    ],
  },
]

export const notes: CommandNotes = {
  more: [
    'A row is one JSON object; all but type may be absent:',
    ' {"type":"make-thumbs","payload":{"file":"a.jpg"},"id":"a","arm":"batch",\n  "priority":5,"delay":"5s","timeout":"1m","ttl":"1h","attempts":2}',
    'A run owns its store: its modules, limits and grants are those of this command line. While another process has the store open it is refused, or waits with --wait; to hand rows to an engine that lives, as its own configuration has it: octopus enqueue -f.',
    'The first Ctrl-C lets what runs finish and keeps the rest for --resume; the second does not wait.',
  ],
  examples: [
    { line: 'octopus run tasks.ndjson', about: 'every row is checked before the first one runs' },
    {
      line: 'octopus run tasks.ndjson --resume',
      about: 'after a crash: what is left, nothing twice',
    },
    {
      line: 'octopus run tasks.ndjson --json --quiet > out.ndjson',
      about: 'results for a program, failures for you',
    },
  ],
  stdout: 'the summary; with `--json` one `task.finished` a task and `run.summary` last',
  exitCodes: [
    { code: EXIT.ok, when: 'all succeeded' },
    { code: EXIT.failed, when: 'some failed for good' },
    { code: EXIT.usage, when: 'usage, configuration or task file' },
    { code: EXIT.engine, when: 'engine or store' },
    { code: EXIT.stopped, when: 'stopped with work left' },
    { code: EXIT.interrupted, when: 'Ctrl-C' },
    { code: EXIT.terminated, when: 'SIGTERM' },
  ],
}
