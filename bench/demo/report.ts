import { styleText } from 'node:util'
import type { ArmStatus, InspectedTask, OctopusStatus } from '../../src/main/index.ts'
import type { Ended, Life } from './engine-process.ts'
import { total, type Input } from './input.ts'
import type { OneThread } from './one-thread.ts'
import type { Plan } from './plan.ts'
import type { Check } from './verify.ts'

/** Everything that is said, in lines of at most 80 columns. Nothing here measures or decides. */

export function title(): readonly string[] {
  return [bold('Octopus Executor: real work, an engine killed halfway, every output checked'), '']
}

export function inputLines(input: Input, kept: boolean): readonly string[] {
  const { files, logParts, packages, manifests, folder } = input
  return [
    ...section('input', [
      `${whole(files.length)} files of node_modules, ${megabytes(total(files))}, read in place`,
      `${whole(logParts.length)} parts of a generated access log, ${megabytes(total(logParts))}, for gzip -9`,
      `${packages.length} packages to build twice, ${manifests.length} package.json to validate`,
    ]),
    ...section('folder', [folder, kept ? 'kept' : 'removed at the end; --keep keeps it']),
    '',
  ]
}

export function killedLines(life: Life): readonly string[] {
  const settled = finalOnes(life.ended).length
  return section('engine 1', [
    `opened a new store in ${ms(life.openMs)}, ${whole(life.acknowledged.size)} tasks acknowledged`,
    `killed with SIGKILL when ${whole(settled)} had settled, after ${seconds(openFor(life))}`,
  ])
}

export function finishedLines(killed: Life, life: Life): readonly string[] {
  const left = finalOnes(life.ended).length
  const untold = life.acknowledged.size - finalOnes(killed.ended).length - left
  return [
    ...section('engine 2', [
      `opened the same store in ${ms(life.openMs)}`,
      `enqueued all ${whole(life.acknowledged.size)} again: ${whole(life.created)} were new, the others known by id`,
      ...(untold > 0
        ? [`found ${whole(untold)} settled that engine 1 had no time to tell of`]
        : []),
      `did the ${whole(left)} that were left in ${seconds(openFor(life))}`,
    ]),
    '',
  ]
}

export function checkLines(check: Check, isFirst: boolean): readonly string[] {
  const { name, seen, problems } = check
  const mark = problems.length === 0 ? good('ok') : bad('NO')
  const lines = [`${mark}  ${name.padEnd(12)} ${seen}`, ...shortened(problems)]
  return section(isFirst ? 'verified' : '', lines)
}

/** What the figures are made of. */
export interface Seen {
  readonly plan: Plan
  readonly lives: readonly [killed: Life, finished: Life]
  readonly records: readonly InspectedTask[]
  readonly oneThread: OneThread
  readonly cores: number
  /** Processes that wanted a core on average in the minute before the demo began. */
  readonly loadBefore: number
}

export function figureLines(seen: Seen): readonly string[] {
  return [
    '',
    ...workLines(seen),
    ...crashLines(seen.lives),
    ...speedLines(seen),
    '',
    ...armLines(seen.lives[1].status),
  ]
}

export function verdictLine(checks: readonly Check[], folder: string): readonly string[] {
  const failed = checks.filter(({ problems }) => problems.length > 0).map(({ name }) => name)
  if (failed.length === 0) return ['', good('Every output is what it should be.')]
  return ['', bad(`Not as it should be: ${failed.join(', ')}. Left to look at in`), folder]
}

function workLines({ plan, lives, records }: Seen): readonly string[] {
  const spent = engineMs(lives)
  const rate = whole((plan.tasks.length * 1_000) / spent)
  const bytes = `${megabytes((total(plan.tasks) * 1_000) / spent)}/s`
  const caches = Map.groupBy(records, ({ result }) => (result as { cache?: string } | null)?.cache)
  const [ran, hits] = [caches.get('miss')?.length ?? 0, caches.get('hit')?.length ?? 0]
  return section('work', [
    `${whole(plan.tasks.length)} tasks in ${seconds(spent)} of both engines: ${rate} tasks/s, ${bytes}`,
    `of ${ran + hits} builds ${ran} ran, ${hits} came out of the cache`,
  ])
}

/** The crash: time without an engine, and work that was under way and is done again from its beginning. */
function crashLines([killed, finished]: Seen['lives']): readonly string[] {
  const repeated = finished.ended.filter(({ seq }) => killed.running.has(seq))
  const again = repeated.reduce((sum, { runUs }) => sum + runUs, 0) / 1_000
  const since = (moment: number): string => ms(moment - killed.stoppedAt)
  return section('crash', [
    `${since(finished.openedAt)} from the kill until the store was open again`,
    `(${ms(finished.openMs)} of it recovery), ${since(finished.firstEndedAt)} until the next task settled`,
    `${repeated.length} tasks interrupted and repeated, at most ${ms(again)} of work`,
  ])
}

function speedLines({ oneThread, lives, cores, loadBefore }: Seen): readonly string[] {
  const spent = engineMs(lives)
  const { ms: plainMs, syncMs, measured, tasks } = oneThread
  const how =
    measured === tasks
      ? `all of it measured`
      : `projected from ${whole(measured)} of ${whole(tasks)} tasks`
  return section('one thread', [
    `${seconds(plainMs)} for the same work in a loop, ${how}`,
    `speed-up on ${cores} cores ${bold(times(plainMs / spent))}, the crash included`,
    `and ${times((plainMs - syncMs) / spent)} over a loop that leaves its outputs unsynced`,
    // Neighbours take cores from one side and not from the other, as it happens.
    ...(loadBefore > cores / 2
      ? [`the machine was busy before (load ${loadBefore.toFixed(1)}): no sound measure`]
      : []),
  ])
}

const COLUMNS = [10, 7, 8, 12, 10, 12, 10] as const

function armLines(status: OctopusStatus | undefined): readonly string[] {
  const arms = status?.arms ?? []
  const busy = arms.filter(({ latency }) => latency.run.count > 0)
  const head = row(['arm', 'slots', 'tasks', 'wait p50', 'p99', 'run p50', 'p99'])
  const idle = arms.length - busy.length
  const about = `status() of engine 2; ${idle} other arms had nothing to do`
  return [dim(head), ...busy.map(armRow), dim(about)]
}

function armRow({ id, maxParallel, latency: { wait, run } }: ArmStatus): string {
  const spans = [wait.p50Us, wait.p99Us, run.p50Us, run.p99Us].map((us) => ms(us / 1_000))
  return row([id, String(maxParallel), whole(run.count), ...spans])
}

function row([first = '', ...cells]: readonly string[]): string {
  const [width, ...widths] = COLUMNS
  return first.padEnd(width) + cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('')
}

const LABEL_COLUMNS = 11
const PROBLEMS_SHOWN_MAX = 5

function section(label: string, lines: readonly string[]): readonly string[] {
  const margin = ''.padEnd(LABEL_COLUMNS)
  return lines.map((line, at) => (at === 0 ? bold(label.padEnd(LABEL_COLUMNS)) : margin) + line)
}

function shortened(problems: readonly string[]): readonly string[] {
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).map((problem) => `    ${problem}`)
  const more = problems.length - shown.length
  return more === 0 ? shown : [...shown, `    and ${whole(more)} more`]
}

function finalOnes(ended: readonly Ended[]): readonly Ended[] {
  return ended.filter(({ state }) => state !== 'scheduled')
}

function openFor({ openedAt, stoppedAt }: Life): number {
  return stoppedAt - openedAt
}

function engineMs(lives: readonly Life[]): number {
  return lives.reduce((sum, life) => sum + openFor(life), 0)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function megabytes(bytes: number): string {
  const value = bytes / 1e6
  return `${value < 10 ? value.toFixed(1) : whole(value)} MB`
}

function seconds(value: number): string {
  return `${(value / 1_000).toFixed(1)} s`
}

function ms(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(2)} s`
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value)} ms`
}

function times(value: number): string {
  return `${value.toFixed(2)}x`
}

// Colour only where there is a terminal and NO_COLOR is not set: styleText looks at both.
function bold(text: string): string {
  return styleText('bold', text)
}

function dim(text: string): string {
  return styleText('dim', text)
}

function good(text: string): string {
  return styleText('green', text)
}

function bad(text: string): string {
  return styleText(['bold', 'red'], text)
}
