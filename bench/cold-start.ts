/** How long from starting a process to the first results of all eight arms? */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answer, median, type Figure } from './harness.ts'

const ROUNDS = 7

async function* figures(): AsyncGenerator<Figure> {
  const runs = Array.from({ length: ROUNDS }, coldRun)
  const first = median(runs.map((run) => run.firstMs))
  yield {
    question: 'first result from cold (open to result, SQLite store, eight arms open)',
    seen: `${first.toFixed(0)} ms`,
    aim: 'within 300 ms',
    held: first <= 300,
  }
  const all = median(runs.map((run) => run.allMs))
  yield {
    question: 'a first result from each of the eight arms',
    seen: `${all.toFixed(0)} ms`,
    aim: '',
    held: undefined,
  }
  const load = median(runs.map((run) => run.loadMs))
  yield {
    question: 'loading the package before that',
    seen: `${load.toFixed(0)} ms`,
    aim: '',
    held: undefined,
  }
}

interface ColdRun {
  readonly loadMs: number
  readonly firstMs: number
  readonly allMs: number
}

function coldRun(): ColdRun {
  const folder = mkdtempSync(join(tmpdir(), 'octopus-bench-'))
  const args = [
    '--conditions=octopus-src',
    fileURLToPath(import.meta.url),
    'child',
    join(folder, 'cold.db'),
  ]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  rmSync(folder, { recursive: true, force: true })
  if (stdout === '') throw new Error(`the cold start failed: ${stderr}`)
  return JSON.parse(stdout) as ColdRun
}

async function child(store: string): Promise<void> {
  const startedAt = performance.now()
  const { Octopus } = await import('octopus-executor')
  const loadedAt = performance.now()
  await using octopus = await Octopus.open({
    store,
    tasks: new URL('./tasks/tasks.ts', import.meta.url),
  })
  const {
    deployNoop,
    batchNoop,
    streamsNoop,
    secretsNoop,
    buildsNoop,
    watchersNoop,
    cleanupNoop,
    analyticsNoop,
  } = await import('./tasks/tasks.ts')
  const first = await octopus.enqueue(batchNoop, undefined)
  await first.result()
  const firstAt = performance.now()
  const all = [
    deployNoop,
    streamsNoop,
    secretsNoop,
    buildsNoop,
    watchersNoop,
    cleanupNoop,
    analyticsNoop,
  ]
  await Promise.all(all.map(async (task) => (await octopus.enqueue(task, undefined)).result()))
  const allAt = performance.now()
  process.stdout.write(
    JSON.stringify({
      loadMs: loadedAt - startedAt,
      firstMs: firstAt - loadedAt,
      allMs: allAt - loadedAt,
    }),
  )
}

const [step, store] = process.argv.slice(2)
if (step === 'child' && store !== undefined) await child(store)
else await answer(figures)
