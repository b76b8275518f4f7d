import { expect, test } from 'vitest'
import { seeds } from '../rig/random.ts'
import { simulate, type Simulated } from './world.ts'

// Seeded nights: enqueues, cancels, pauses, crashes and re-opens over threads that die, hang, report late and ignore
// aborts. `SEED=17` replays one; `npm run campaign` runs thousands.

test('every accepted task ends exactly once, and no limit is ever exceeded', async () => {
  const nights: Simulated[] = []
  const run = seeds(200)
  for (const seed of run) nights.push(await simulate(seed))
  const sum = (of: keyof Simulated): number => nights.reduce((total, night) => total + night[of], 0)
  // A simulation that does nothing breaks nothing.
  expect(sum('accepted') / run.length).toBeGreaterThan(50)
  expect(sum('started') / run.length).toBeGreaterThan(50)
  expect(sum('batches') / run.length).toBeGreaterThan(2)
  expect(sum('parents') / run.length).toBeGreaterThan(5)
}, 60_000)
