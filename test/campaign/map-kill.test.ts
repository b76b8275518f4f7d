import { expect, test } from 'vitest'
import { workFolder } from '../cli/rig.ts'
import { killedMap } from '../rig/killed-map.ts'
import { Chance } from '../rig/random.ts'

// SEED=17 dies at other moments.

const FILES = 20_000
const seed = Number(process.env['SEED'] ?? 1)

test(`a map over ${FILES} files, killed twice, ends with each result once in its file`, async () => {
  const chance = new Chance(seed)
  const deaths = [chance.int(1, FILES / 2), chance.int(FILES / 2, FILES - 4_000)]
  const { end, atDeaths, results, expected } = await killedMap(
    workFolder(),
    'sha256',
    FILES,
    deaths,
  )
  console.log(`killed at ${atDeaths.join(' and ')} of ${FILES} results`)
  expect(end.code, end.stderr).toBe(0)
  for (const count of atDeaths) expect(count).toBeLessThan(FILES)
  expect(results.length).toBe(FILES)
  expect(new Map(results.map(({ input, result }) => [input, result]))).toEqual(expected)
})
