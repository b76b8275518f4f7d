/** How much of two cores do tasks of 100 µs and of 10 ms get? */
import { availableParallelism } from 'node:os'
import { Octopus } from 'octopus-executor'
import { answer, callersOf, median, rate, whole, type Figure } from './harness.ts'
import { spin, spinFor } from './tasks/tasks.ts'

const ROUNDS = 5

async function* figures(): AsyncGenerator<Figure> {
  const cores = availableParallelism()
  await using octopus = await Octopus.open({
    store: 'memory',
    tasks: new URL('./tasks/tasks.ts', import.meta.url),
    arms: { batch: { maxParallel: cores } },
  })
  const run = async (us: number): Promise<void> => {
    const task = await octopus.enqueue(spin, { us })
    await task.result()
  }
  yield await efficiency(run, cores, 100, 40_000, 0.85)
  yield await efficiency(run, cores, 10_000, 400, 0.9)
}

async function efficiency(
  run: (us: number) => Promise<void>,
  cores: number,
  us: number,
  count: number,
  aim: number,
): Promise<Figure> {
  await callersOf(256, count / 4, () => run(us))
  const shares: number[] = []
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // The ideal is measured too, in the same round: what one core does of this very work, times the cores.
    const ideal = (await rate(count / 10, async () => spinMany(us, count / 10))) * cores
    const ours = await rate(count, () => callersOf(256, count, () => run(us)))
    shares.push(ours / ideal)
    rates.push(ours)
  }
  const share = median(shares)
  const seen = `${share.toFixed(2)} of ideal, ${whole(median(rates))}/s on ${cores} cores`
  return {
    question: `tasks of ${us} µs against all cores' ideal`,
    seen,
    aim: `at least ${aim}`,
    held: share >= aim,
  }
}

function spinMany(us: number, count: number): void {
  for (let done = 0; done < count; done++) spinFor(us)
}

await answer(figures)
