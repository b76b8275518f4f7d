import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Octopus, type InspectedTask } from '../../src/main/index.ts'
import { spawnNode } from '../rig/node.ts'
import { seededRandom } from '../rig/random.ts'

/** A third death of an engine with the same task running would quarantine that task. */
const LIVES = 2
const STORES = 2
const WHOLES = 4
const WIDTH = 16

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octopus-kill-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test(
  `wholes of parts of parts come out right and whole, however often the engine is killed`,
  { timeout: 100_000 },
  async () => {
    const random = seededRandom(Number(process.env['SEED'] ?? 20_261_122))
    for (let nth = 0; nth < STORES; nth++) {
      const store = join(folder, `${nth}.db`)
      for (let life = 0; life < LIVES; life++) {
        await liveUntil(store, 1 + Math.floor(random() * 10))
        await expectEverySplitWhole(store)
      }
      expect(await liveUntil(store, Infinity)).toContain('drained')
      const tasks = await expectEverySplitWhole(store)
      const wholes = tasks.filter(({ id }) => id.startsWith('whole-'))
      expect(wholes.map(({ result }) => result)).toEqual(
        Array(WHOLES).fill((WIDTH * (WIDTH - 1)) / 2),
      )
      // A binary tree over so many leaves: not one part too many, whatever was repeated.
      expect(tasks).toHaveLength(WHOLES * (2 * WIDTH - 1))
      expect(tasks.filter(({ state }) => state !== 'succeeded')).toEqual([])
    }
  },
)

/** One life, ended by SIGKILL once its engine has told so many lines; or by its own end. */
async function liveUntil(store: string, linesMax: number): Promise<string[]> {
  const child = spawnNode(
    new URL('../fixtures/split-engine.ts', import.meta.url),
    [store, String(WHOLES), String(WIDTH)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines: string[] = []
  const ended = once(child, 'close')
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (lines.push(line) >= linesMax) child.kill('SIGKILL')
  })
  await ended
  return lines
}

/** For each attempt that split there are two parts, and nobody else has any. */
async function expectEverySplitWhole(store: string): Promise<InspectedTask[]> {
  await using octopus = await Octopus.open({
    store,
    autostart: false,
    tasks: new URL('../fixtures/splits.ts', import.meta.url),
  })
  const { tasks } = await octopus.list({ limit: 1_000 })
  const splits = tasks.flatMap(({ attempts }) =>
    attempts.filter(({ state }) => state === 'blocked'),
  )
  const parts = tasks.filter(({ id }) => !id.startsWith('whole-'))
  expect(parts).toHaveLength(splits.length * 2)
  return [...tasks]
}
