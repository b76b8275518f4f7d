/**
 * `npm run demo`: real work through an engine that is killed in the middle of it, and every output checked.
 *
 * make input ─▶ engine 1 ─▶ SIGKILL at half ─▶ engine 2, same store ─▶ verify ─▶ the same on one thread ─▶ report
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { live } from './engine-process.ts'
import { makeInput, type Input } from './input.ts'
import type { OneThread, OneThreadLine } from './one-thread.ts'
import { optionsOf, type Options } from './options.ts'
import { keepPlan, makePlan, type Plan } from './plan.ts'
import * as report from './report.ts'
import { Screen } from './screen.ts'
import { recordsOf, verifyRecords, verifyValidations } from './verify-store.ts'
import { verifyOutputs, type Check, type OnProgress } from './verify.ts'

/** As a shell tells of a program that Ctrl-C ended. */
const INTERRUPTED = 130

const asked = optionsOf(process.argv.slice(2))
if ('usage' in asked) {
  const stream = asked.exitCode === 0 ? process.stdout : process.stderr
  stream.write(asked.usage)
  process.exitCode = asked.exitCode
} else {
  process.exitCode = await inFolderOfItsOwn(asked.run)
}

/** The folder goes at the end, whatever happened, unless it was asked for or holds outputs that are wrong. */
async function inFolderOfItsOwn(options: Options): Promise<number> {
  const screen = new Screen(process.stdout)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'octopus-demo-')))
  let keep = options.keep
  try {
    const isRight = await demo(folder, options, screen, stop.signal)
    keep ||= !isRight
    return isRight ? 0 : 1
  } catch (error) {
    screen.clear()
    if (stop.signal.aborted) return INTERRUPTED
    throw error
  } finally {
    if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function demo(
  folder: string,
  options: Options,
  screen: Screen,
  signal: AbortSignal,
): Promise<boolean> {
  const showing = (what: string) => (done: number, total: number) =>
    screen.progress(what, done, total)
  const [loadBefore = 0] = loadavg()
  screen.say(...report.title())
  const input = makeInput(folder, options, showing('writing the log'))
  const plan = makePlan(input)
  keepPlan(plan)
  screen.say(...report.inputLines(input, options.keep))

  const lives = await liveTwice(plan, screen, signal)
  const { records, checks } = await verify(input, plan, lives, screen)
  const oneThread = await onOneThread(
    folder,
    options.every,
    signal,
    showing('the same on one plain thread'),
  )
  screen.say(
    ...report.figureLines({
      plan,
      lives,
      records,
      oneThread,
      cores: availableParallelism(),
      loadBefore,
    }),
  )
  screen.say(...report.verdictLine(checks, folder))
  return checks.every(({ problems }) => problems.length === 0)
}

async function liveTwice(
  plan: Plan,
  screen: Screen,
  signal: AbortSignal,
): Promise<report.Seen['lives']> {
  const { folder, tasks } = plan
  const half = Math.ceil(tasks.length / 2)
  const showing = (what: string, before: number) => (settled: number) =>
    screen.progress(what, before + settled, tasks.length)
  const killed = await live(folder, { killAfter: half, signal, onSettled: showing('engine 1', 0) })
  screen.say(...report.killedLines(killed))
  const finished = await live(folder, { signal, onSettled: showing('engine 2', half) })
  screen.say(...report.finishedLines(killed, finished))
  return [killed, finished]
}

async function verify(input: Input, plan: Plan, lives: report.Seen['lives'], screen: Screen) {
  const checks: Check[] = []
  const found = (check: Check): void =>
    screen.say(...report.checkLines(check, checks.push(check) === 1))
  const onProgress: OnProgress = (done, total) => screen.progress('checking outputs', done, total)
  for await (const check of verifyOutputs(input, plan, onProgress)) found(check)
  const records = await recordsOf(plan)
  found(verifyValidations(plan, records))
  found(verifyRecords(plan, records, lives))
  return { records, checks }
}

/** In a process of its own, so that nothing else is on its thread and progress can be told meanwhile. */
async function onOneThread(
  folder: string,
  every: number,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<OneThread> {
  const script = fileURLToPath(new URL('one-thread.ts', import.meta.url))
  const args = ['--conditions=octopus-src', script, folder, String(every)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], signal })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  return await Promise.race([failed, estimateIn(child.stdout, onProgress)])
}

async function estimateIn(
  output: NodeJS.ReadableStream,
  onProgress: OnProgress,
): Promise<OneThread> {
  for await (const text of createInterface({ input: output })) {
    const line = JSON.parse(text) as OneThreadLine
    if (line.kind === 'estimate') return line
    onProgress(line.done, line.total)
  }
  throw new Error('the measurement on one thread ended without a result')
}
