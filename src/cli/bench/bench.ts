import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { basename, join } from 'node:path'
import { cwd } from 'node:process'
import { Catalog, Latency, Octopus, OctopusError, type FoundFunction } from '../../main/index.ts'
import { readConfiguration } from '../configuration.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { counted, wholeSpan } from '../format.ts'
import type { Output } from '../output.ts'
import { benchText } from './bench-text.ts'
import { broken, compare, parseRule, readBase } from './comparison.ts'
import type { BenchFlags } from './flags.ts'
import { Measure, summed, type Round, type RoundLength } from './measure.ts'
import { payloadsOf } from './payloads.ts'
import type { BenchLevel, BenchReport } from './report.ts'
import { scaling } from './scaling.ts'

/** `octopus bench`: one engine, the rounds of each number of threads in turn, then what they come to. */
export async function bench(flags: BenchFlags, output: Output): Promise<ExitCode> {
  const rules = (flags.failIf ?? []).map(parseRule)
  const base = flags.compare === undefined ? undefined : await readBase(flags.compare)
  if (base === undefined && rules.length > 0) {
    output.usageError('--fail-if needs --compare', 'Name what --json printed before.')
    return EXIT.usage
  }
  const { report, seen } = await measured(flags, output)
  if (flags.hgrm !== undefined) await writeDistributions(flags.hgrm, report.task, seen)
  const compared = base === undefined ? [] : compare(report, base)
  output.result(
    flags.json === true
      ? `${JSON.stringify({ ...report, ...(base === undefined ? {} : { compared }) })}\n`
      : benchText(report, compared, output),
  )
  return tell([...failures(seen), ...broken(rules, compared)], output)
}

/** All that was seen at one number of threads. */
interface Seen {
  readonly threads: number
  readonly latency: Latency
  readonly rounds: Round[]
}

async function measured(
  flags: BenchFlags,
  output: Output,
): Promise<{ readonly report: BenchReport; readonly seen: readonly Seen[] }> {
  const { options } = await readConfiguration(flags, cwd())
  refusePresent(flags.store)
  const catalog = await Catalog.load({ ...options, store: flags.store })
  const task = await catalog.addFunction(flags.task)
  const payloads = await payloadsOf(flags, task)
  await using octopus = await Octopus.open(catalog)
  const measure = new Measure(octopus, task, payloads)
  const seen = await allRounds(measure, flags, output)
  return { report: reportOf(flags, task, measure, seen), seen }
}

/** A store that is there may hold tasks, and opening it would run them. */
function refusePresent(store: string): void {
  if (store === 'memory' || !existsSync(store)) return
  throw new OctopusError('E_USAGE', `--store ${store} is there already`, {
    hint: 'Name a file that is not: the measurement keeps its tasks apart from yours.',
  })
}

async function allRounds(
  measure: Measure,
  flags: BenchFlags,
  output: Output,
): Promise<readonly Seen[]> {
  const { threads, rounds, seconds, warmUp, count } = flags
  const length: RoundLength = { warmUpMs: warmUp * 1_000, ms: seconds * 1_000, count }
  const atLeastMs =
    threads.length * rounds * (length.warmUpMs + (count === undefined ? length.ms : 0))
  output.message(
    `${threads.join(', ')} threads, ${counted(rounds, 'round')} each: ${wholeSpan(atLeastMs)} at least\n`,
  )
  const [load = 0] = loadavg()
  if (load > availableParallelism() / 2)
    output.message(
      `! the machine is busy (load ${load.toFixed(1)}): the figures are of what is left of it\n`,
    )
  await measure.calibrate(Math.min(200, length.warmUpMs))
  const seen = threads.map((each): Seen => ({ threads: each, latency: new Latency(), rounds: [] }))
  // In turn, so that a disturbance of the machine does not fall on one number of threads alone.
  for (let round = 0; round < rounds; round += 1)
    for (const level of seen)
      level.rounds.push(await measure.round(level.threads, length, level.latency))
  return seen
}

function reportOf(
  flags: BenchFlags,
  task: FoundFunction,
  measure: Measure,
  seen: readonly Seen[],
): BenchReport {
  const cores = availableParallelism()
  const [fewest] = seen
  const each = fewest === undefined ? 1 : pace(fewest) / fewest.threads
  const levels = seen.map((level): BenchLevel => {
    const { wait, run } = summed(level.latency, task)
    const { threads, rounds } = level
    const throughput = pace(level)
    return {
      threads,
      throughput,
      efficiency: each === 0 ? 0 : throughput / threads / each,
      inFlight: measure.inFlight(threads),
      runs: rounds.reduce((sum, { runs }) => sum + runs, 0),
      failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
      wait,
      run,
    }
  })
  return {
    v: 1,
    ev: 'bench',
    task: `${basename(task.module)}#${task.exportName}`,
    node: process.versions.node,
    cores,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    store: flags.store,
    rounds: flags.rounds,
    levels,
    ...scaling(levels, cores),
  }
}

function pace({ rounds }: Seen): number {
  const sorted = rounds.map(({ perSecond }) => perSecond).sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

async function writeDistributions(
  folder: string,
  task: string,
  seen: readonly Seen[],
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const name = task.replaceAll(/[^\w.-]/g, '-')
  for (const { threads, latency } of seen) {
    const { wait, run } = latency.distributions()
    await writeFile(join(folder, `${name}-${threads}-run.hgrm`), run)
    await writeFile(join(folder, `${name}-${threads}-wait.hgrm`), wait)
  }
}

function failures(seen: readonly Seen[]): readonly string[] {
  const failed = seen.flatMap(({ rounds }) => rounds).filter((round) => round.failed > 0)
  const runs = failed.reduce((sum, round) => sum + round.failed, 0)
  return runs === 0
    ? []
    : [`${counted(runs, 'run')} failed, the first with: ${failed[0]?.failure ?? ''}`]
}

function tell(faults: readonly string[], output: Output): ExitCode {
  for (const fault of faults) output.message(`${output.paintMessage('red', '✖')} ${fault}\n`)
  return faults.length === 0 ? EXIT.ok : EXIT.failed
}
