/** What do a million waiting tasks cost in memory, and how soon are they back after a kill? */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Octopus } from 'octopus-executor'
import { answer, whole, type Figure } from './harness.ts'
import { noop } from './tasks/tasks.ts'

const COUNT = 1_000_000
const options = (store: string) => ({
  store,
  autostart: false,
  queueDepthMax: 2 * COUNT,
  tasks: new URL('./tasks/tasks.ts', import.meta.url),
})

async function* figures(): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'octopus-bench-'))
  const store = join(folder, 'million.db')
  const filled = child('fill', store)
  yield {
    question: 'RAM for each of 1,000,000 pending tasks',
    seen: `${whole(filled.bytes / COUNT)} bytes`,
    aim: 'at most 150 bytes',
    held: filled.bytes / COUNT <= 150,
  }
  const opened = child('open', store)
  yield {
    question: 'reopened with 1,000,000 pending after SIGKILL',
    seen: `${(opened.ms / 1_000).toFixed(2)} s`,
    aim: 'within 3 s',
    held: opened.ms <= 3_000,
  }
  rmSync(folder, { recursive: true, force: true })
}

interface ChildFigures {
  readonly bytes: number
  readonly ms: number
}

/** Each step in a process of its own: memory is the process's, and the first one ends by SIGKILL. */
function child(step: 'fill' | 'open', store: string): ChildFigures {
  const args = [
    '--conditions=octopus-src',
    '--expose-gc',
    fileURLToPath(import.meta.url),
    step,
    store,
  ]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (line === '') throw new Error(`the ${step} step failed: ${stderr}`)
  return JSON.parse(line) as ChildFigures
}

async function fill(store: string): Promise<void> {
  const octopus = await Octopus.open(options(store))
  await octopus.enqueueMany(noop, nothing(20_000))
  const before = settledRss()
  await octopus.enqueueMany(noop, nothing(COUNT))
  process.stdout.write(`${JSON.stringify({ bytes: settledRss() - before, ms: 0 })}\n`, () =>
    process.kill(process.pid, 'SIGKILL'),
  )
}

async function open(store: string): Promise<void> {
  const startedAt = performance.now()
  await using octopus = await Octopus.open(options(store))
  const ms = performance.now() - startedAt
  if (octopus.status().queuedTasks < COUNT)
    throw new Error(`only ${octopus.status().queuedTasks} tasks came back`)
  process.stdout.write(`${JSON.stringify({ bytes: 0, ms })}\n`)
}

function* nothing(count: number): Generator<undefined> {
  for (let done = 0; done < count; done++) yield undefined
}

function settledRss(): number {
  for (let pass = 0; pass < 5; pass++) globalThis.gc?.()
  return process.memoryUsage.rss()
}

const [step, store] = process.argv.slice(2)
if (step === 'fill' && store !== undefined) await fill(store)
else if (step === 'open' && store !== undefined) await open(store)
else await answer(figures)
