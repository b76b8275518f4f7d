import { InvalidArgumentError, type Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { many, option } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import type { BenchFlags } from './flags.ts'

/** `octopus bench`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  command
    .addOption(
      option(
        '--task <module[#export]>',
        'the exported function or task to measure',
      ).makeOptionMandatory(),
    )
    .addOption(
      option(
        '--payload <json>',
        "one payload for every run; default the module's export sample, or {}",
      ),
    )
    .addOption(
      option('--payloads <file>', 'NDJSON file of payloads, taken in turn').conflicts('payload'),
    )
    .addOption(
      option('--threads <list>', 'threads to measure at')
        .default([1, 2, 4, 8])
        .argParser(threadList),
    )
    .addOption(option('--seconds <n>', 'length of each round').default(1).argParser(seconds))
    .addOption(
      option('--count <n>', 'runs of each round, instead of --seconds').argParser(
        wholeNumber(1, 1e9),
      ),
    )
    .addOption(
      option('--rounds <n>', 'rounds at each number of threads, in turn')
        .default(3)
        .argParser(wholeNumber(1, 100)),
    )
    .addOption(option('--warm-up <seconds>', 'before each round').default(0.3).argParser(seconds))
    .addOption(
      option('--store <path>', "'memory', or a new SQLite file to measure with fsync").default(
        'memory',
      ),
    )
    .addOption(
      option(
        '--config <file>',
        'configuration file; default octopus.config.* above here (env: OCTOPUS_CONFIG)',
      ),
    )
    .addOption(option('--json', 'one JSON object; keep it for --compare'))
    .addOption(
      option('--hgrm <folder>', 'write percentile distributions for HdrHistogram plotters'),
    )
    .addOption(option('--compare <file>', 'what --json printed before: ratios to it'))
    .addOption(many('--fail-if <rule>', "exit 1 if so, against --compare: 'p99>+10%' (repeatable)"))
    .action(async (flags: BenchFlags) => {
      const { bench } = await import('./bench.ts')
      ended(await bench(flags, output))
    })
}

export const notes: CommandNotes = {
  more: [
    'Each round keeps the threads busy and no more: what waits is about 2 ms of work for each. Throughput is the median of the rounds, percentiles are of all their runs. Efficiency is throughput by thread against the fewest threads measured.',
    'Rules: throughput, efficiency, p50, p99 (of runs), wait.p50, wait.p99; > or <; a change in percent. A rule is broken when it is so at any number of threads.',
  ],
  examples: [
    {
      line: 'octopus bench --task tasks/thumbs.ts --payload \'{"file":"a.jpg"}\'',
      about: 'where it stops scaling here',
    },
    {
      line: 'octopus bench --task lib.ts#parse --json > base.json',
      about: 'a plain function; keep the figures',
    },
    {
      line: "octopus bench --task lib.ts#parse --compare base.json --fail-if 'p99>+10%'",
      about: 'in CI',
    },
  ],
  stdout: 'a table and a sentence about scaling; with `--json` one object',
  exitCodes: [
    { code: EXIT.ok, when: 'measured' },
    { code: EXIT.failed, when: 'a run failed, or a --fail-if rule is broken' },
    { code: EXIT.usage, when: 'usage, module or payloads' },
    { code: EXIT.engine, when: 'engine or store' },
  ],
}

function threadList(text: string): readonly number[] {
  const threads = text.split(',').map(wholeNumber(1, 256))
  return [...new Set(threads)].sort((one, other) => one - other)
}

function seconds(text: string): number {
  const value = Number(text)
  if (text !== '' && value >= 0 && value <= 86_400) return value
  throw new InvalidArgumentError('It is a number of seconds, up to a day.')
}
