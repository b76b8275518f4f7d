/** How many durable tasks a second go all the way: enqueue, fsync, run in a thread, settle, fsync? */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Octopus, type TaskDefinition } from 'octopus-executor'
import { answer, callersOf, median, rate, whole, type Figure } from './harness.ts'
import * as tasks from './tasks/tasks.ts'

const ROUNDS = 5
const folder = mkdtempSync(join(tmpdir(), 'octopus-bench-'))

async function* figures(): AsyncGenerator<Figure> {
  yield {
    question: 'raw fdatasync of 4 KiB appends, beside the store',
    seen: `${whole(fdatasyncRate())}/s`,
    aim: '',
    held: undefined,
  }
  await using octopus = await Octopus.open({
    store: join(folder, 'bench.db'),
    tasks: new URL('./tasks/tasks.ts', import.meta.url),
  })
  const one = async (task: TaskDefinition<unknown, unknown, null>): Promise<void> => {
    const handle = await octopus.enqueue(task, undefined)
    await handle.result()
  }
  yield* measured('durable tasks by enqueueMany', 200_000, 120_000, async (count) => {
    await octopus.enqueueMany(tasks.noop, nothing(count))
    await octopus.drain()
  })
  yield* measured('durable tasks, 1,024 awaiting callers', 150_000, 90_000, (count) =>
    callersOf(1_024, count, () => one(tasks.noop)),
  )
  yield* measured('durable tasks, 64 awaiting callers', 60_000, 40_000, (count) =>
    callersOf(64, count, () => one(tasks.noop)),
  )
  const arms = [
    tasks.deployNoop,
    tasks.batchNoop,
    tasks.streamsNoop,
    tasks.secretsNoop,
    tasks.buildsNoop,
    tasks.watchersNoop,
    tasks.cleanupNoop,
    tasks.analyticsNoop,
  ]
  yield* measured(
    'durable tasks over eight arms, 1,024 awaiting callers',
    150_000,
    80_000,
    async (count) => {
      await Promise.all(arms.map((task) => callersOf(128, count / arms.length, () => one(task))))
    },
  )
}

async function* measured(
  question: string,
  count: number,
  aim: number,
  work: (count: number) => Promise<unknown>,
): AsyncGenerator<Figure> {
  await work(count / 4)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const rates: number[] = []
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    delay.reset()
    delay.enable()
    rates.push(await rate(count, () => work(count)))
    delay.disable()
    delays.push(delay.percentile(99) / 1e6)
  }
  const seen = median(rates)
  const loopMs = median(delays)
  yield { question, seen: `${whole(seen)}/s`, aim: `at least ${whole(aim)}/s`, held: seen >= aim }
  yield {
    question: 'event loop delay p99 meanwhile',
    seen: `${loopMs.toFixed(1)} ms`,
    aim: 'under 8 ms',
    held: loopMs < 8,
  }
}

function* nothing(count: number): Generator<undefined> {
  for (let done = 0; done < count; done++) yield undefined
}

function fdatasyncRate(): number {
  const file = openSync(join(folder, 'sync'), 'w')
  const page = new Uint8Array(4_096)
  const startedAt = performance.now()
  const count = 500
  for (let done = 0; done < count; done++) {
    writeSync(file, page)
    fdatasyncSync(file)
  }
  closeSync(file)
  return count / ((performance.now() - startedAt) / 1_000)
}

try {
  await answer(figures)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
