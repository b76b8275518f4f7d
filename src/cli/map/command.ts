import type { Command, Option } from 'commander'
import type { CommandNotes } from '../command.ts'
import { fromOptions, grantOptions, limitOptions, option } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { UI_MODES } from '../run/flags.ts'
import { wholeNumber } from '../option-values.ts'
import type { MapFlags } from './flags.ts'

/** `octopus map`: what it takes. What it does is loaded only once it is sure to be wanted. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .argument('<module>', 'file that exports the function or task: thumbs.ts, or thumbs.ts#resize')
    .argument('[inputs...]', "one task each; patterns are matched against files; '-' reads stdin")
  for (const group of GROUPS) {
    command.optionsGroup(`${group.title}:`)
    for (const each of group.options) command.addOption(each)
  }
  command.action(async (module: string, inputs: readonly string[], flags: MapFlags) => {
    const { map } = await import('./map.ts')
    ended(await map(module, inputs, flags, output))
  })
}

const GROUPS: readonly { readonly title: string; readonly options: readonly Option[] }[] = [
  {
    title: 'Which inputs',
    options: [
      option('-a, --arg-file <file>', 'inputs from a file, one a line'),
      option('-0, --null', 'inputs of stdin or a file end with a NUL, as find -print0 writes them'),
      option('--json-input', 'each input is a JSON value, not a text'),
      option('--no-glob', 'take patterns as they are'),
      option('--resume', 'go on with the unfinished map of this function'),
      option('--fresh', 'cancel what is left of the unfinished map, and start a new one'),
      option(
        '--only-changed',
        'pass over files that succeeded before and are the same, as is the module',
      ),
      option('--dry-run', 'check everything, say what would run, run nothing'),
    ],
  },
  {
    title: 'How they run',
    options: [
      ...limitOptions(),
      option('--attempts <n>', 'attempts in all, default 3').argParser(wholeNumber(1, 1_000)),
      option('--timeout <span>', 'longest run of one attempt: 30s, 2m'),
      option('--deadline <span>', 'start nothing more after this long'),
      option('--fail-fast', 'start nothing more once an input has failed for good'),
      ...fromOptions().filter(({ long }) => long !== '--tasks'),
      ...grantOptions(),
    ],
  },
  {
    title: 'What it tells',
    options: [
      option('-k, --keep-order', 'results in the order of the inputs, not as they end'),
      option('-o, --output <file>', 'results to a file, each once however often it is resumed'),
      option('--json', 'results as task.finished, and run.summary last on stdout'),
      option('--quiet', 'only failures and the summary'),
      option('--ui <mode>', 'progress on stderr, default auto; bars need a terminal')
        .choices(UI_MODES)
        .env('OCTOPUS_UI'),
      option('--no-color', 'no colours (as NO_COLOR=1)'),
      option('--joblog <file>', "one line an input in GNU parallel's columns"),
      option('--summary <file>', 'the summary as JSON'),
    ],
  },
]

export const notes: CommandNotes = {
  more: [
    'The function is any exported one; it needs nothing of this package:',
    ' // thumbs.ts\n export default async function (file: string) { …; return { width, height } }',
    'Without a name the default export is meant, or the only one. Threads are as many as there are cores unless --max-parallel says otherwise.',
    'Every input and result is in the store, so a map that was killed goes on with --resume: inputs that ended do not run again. With -o the file is cut after its last whole line and each result is written once over all runs. Without it, --resume prints all results again from the beginning, those that ended before from the store: redirect with > and not >>.',
    '--only-changed goes by content: of the file that an input names (other inputs count by their text), of the module and of what it imports by relative paths. What succeeded with --only-changed is remembered beside the store.',
    'A new map writes the files of -o and --joblog anew; --resume adds to them.',
  ],
  examples: [
    {
      line: "octopus map thumbs.ts 'photos/**/*.jpg' -o thumbs.ndjson",
      about: 'as many threads as cores, one line a file',
    },
    {
      line: "octopus map thumbs.ts 'photos/**/*.jpg' -o thumbs.ndjson --resume",
      about: 'after kill -9: the other six thousand',
    },
    { line: 'find . -name "*.log" -print0 | octopus map count.ts#lines -0 -', about: 'a pipe' },
  ],
  stdout:
    'one JSON object a line: `index`, `input`, `id`, `state`, `ms`, and `result` or `failure`',
  exitCodes: [
    { code: EXIT.ok, when: 'all succeeded' },
    { code: EXIT.failed, when: 'some failed for good' },
    { code: EXIT.usage, when: 'usage, configuration, module or inputs' },
    { code: EXIT.engine, when: 'engine, store, or an output that cannot be written' },
    { code: EXIT.stopped, when: 'stopped with work left' },
    { code: EXIT.interrupted, when: 'Ctrl-C' },
    { code: EXIT.terminated, when: 'SIGTERM' },
  ],
}
