/** How much faster than raw Piscina do no-op tasks go through an arm, and what does a lone task's round trip cost? */
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { Octopus } from 'octopus-executor'
import { answer, callersOf, median, percentile, rate, whole, type Figure } from './harness.ts'
import { noop } from './tasks/tasks.ts'

const CALLERS = 1_024
const ROUNDS = 7

async function* figures(): AsyncGenerator<Figure> {
  await using octopus = await Octopus.open({
    store: 'memory',
    tasks: new URL('./tasks/tasks.ts', import.meta.url),
  })
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./tasks/raw.ts', import.meta.url)),
    minThreads: 4,
    maxThreads: 4,
  })
  const ours = async (): Promise<void> => {
    const task = await octopus.enqueue(noop, undefined)
    await task.result()
  }
  const raw = (): Promise<unknown> => pool.run(null)
  yield await throughput(ours, raw)
  yield await roundTrip(ours, raw)
  await pool.destroy()
}

async function throughput(
  ours: () => Promise<unknown>,
  raw: () => Promise<unknown>,
): Promise<Figure> {
  await callersOf(CALLERS, 100_000, ours)
  await callersOf(CALLERS, 20_000, raw)
  const ratios: number[] = []
  const rates: { ours: number; raw: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const pair = {
      ours: await rate(200_000, () => callersOf(CALLERS, 200_000, ours)),
      raw: await rate(40_000, () => callersOf(CALLERS, 40_000, raw)),
    }
    rates.push(pair)
    ratios.push(pair.ours / pair.raw)
  }
  const seen = `${median(ratios).toFixed(1)}x: ${whole(median(rates.map((r) => r.ours)))}/s against ${whole(median(rates.map((r) => r.raw)))}/s`
  return {
    question: 'no-op tasks, memory store, 1,024 callers, against raw Piscina',
    seen,
    aim: 'at least 6x',
    held: median(ratios) >= 6,
  }
}

async function roundTrip(
  ours: () => Promise<unknown>,
  raw: () => Promise<unknown>,
): Promise<Figure> {
  const gaps: number[] = []
  const medians: { ours: number; raw: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const pair = {
      ours: percentile(await times(ours), 0.5),
      raw: percentile(await times(raw), 0.5),
    }
    medians.push(pair)
    gaps.push(pair.ours - pair.raw)
  }
  const gap = median(gaps)
  const seen = `${gap.toFixed(0)} µs more: ${median(medians.map((m) => m.ours)).toFixed(0)} µs against ${median(medians.map((m) => m.raw)).toFixed(0)} µs`
  return {
    question: "a lone task's round trip against raw Piscina",
    seen,
    aim: 'at most 30 µs more',
    held: gap <= 30,
  }
}

async function times(call: () => Promise<unknown>): Promise<number[]> {
  const us: number[] = []
  for (let at = 0; at < 1_000; at++) {
    const startedAt = performance.now()
    await call()
    us.push((performance.now() - startedAt) * 1_000)
  }
  return us
}

await answer(figures)
