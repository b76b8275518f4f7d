import { expect, test } from 'vitest'
import { killedMap } from '../rig/killed-map.ts'
import { workFolder } from './rig.ts'

const FILES = 500

test('a map over real files that is killed ends with each result once in its file', async () => {
  const { end, atDeaths, results, expected } = await killedMap(
    workFolder(),
    'sha256Slowly',
    FILES,
    [100],
  )
  expect(end.code, end.stderr).toBe(0)
  expect(atDeaths[0]).toBeGreaterThanOrEqual(100)
  expect(atDeaths[0]).toBeLessThan(FILES)
  expect(results.length).toBe(FILES)
  expect(new Map(results.map(({ input, result }) => [input, result]))).toEqual(expected)
})
