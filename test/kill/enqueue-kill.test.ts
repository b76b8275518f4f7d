import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Octopus } from '../../src/main/index.ts'
import { CHILDREN } from '../fixtures/family.ts'
import { spawnNode } from '../rig/node.ts'
import { seededRandom } from '../rig/random.ts'

const KILLS = 5
const FAMILIES_A_LIFE = 40

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octopus-kill-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test(
  `of ${KILLS} engines killed with SIGKILL, each leaves a family whole or not begun`,
  { timeout: 100_000 },
  async () => {
    const random = seededRandom(Number(process.env['SEED'] ?? 20_261_122))
    const seen = { whole: 0, notBegun: 0 }
    let store = ''
    for (let life = 0; life < KILLS; life++) {
      store = join(folder, `${life}.db`)
      await liveUntil(store, FAMILIES_A_LIFE, 1 + Math.floor(random() * FAMILIES_A_LIFE))
      await expectNoneBetween(store, seen)
    }
    expect(seen.whole).toBeGreaterThan(FAMILIES_A_LIFE)
    expect(seen.notBegun).toBeGreaterThan(FAMILIES_A_LIFE)
    expect(await liveUntil(store, 0, Infinity)).toContain('drained')
    await expectAllSucceeded(store)
  },
)

/** One life, ended by SIGKILL once its engine has told of so many families; or by its own end. */
async function liveUntil(store: string, count: number, familiesMax: number): Promise<string[]> {
  const child = spawnNode(
    new URL('../fixtures/family-engine.ts', import.meta.url),
    [store, String(count)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines: string[] = []
  let families = 0
  const ended = once(child, 'close')
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line)
    if (line.startsWith('family')) families += 1
    if (families >= familiesMax) child.kill('SIGKILL')
  })
  await ended
  return lines
}

async function expectNoneBetween(
  store: string,
  seen: { whole: number; notBegun: number },
): Promise<void> {
  await using octopus = await Octopus.open({ store, autostart: false, tasks: familyModule })
  const states = await statesOf(octopus)
  for (let nth = 0; nth < FAMILIES_A_LIFE; nth++) {
    const id = `f${nth}`
    const ids = Array.from({ length: CHILDREN }, (_, at) => `${id}/${at}`)
    const children = ids.filter((child) => states.has(child)).length
    const whole = states.get(id) === 'succeeded'
    expect({ id, children }).toEqual({ id, children: whole ? CHILDREN : 0 })
    if (whole) seen.whole += 1
    else seen.notBegun += 1
  }
}

async function statesOf(octopus: Octopus): Promise<Map<string, string>> {
  const states = new Map<string, string>()
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: Awaited<ReturnType<Octopus['list']>> = await octopus.list({ after, limit: 1_000 })
    for (const { id, state } of page.tasks) states.set(id, state)
    after = page.next
  }
  return states
}

async function expectAllSucceeded(store: string): Promise<void> {
  await using octopus = await Octopus.open({ store, autostart: false, tasks: familyModule })
  const { tasks } = await octopus.list({ states: ['failed', 'cancelled', 'ready', 'scheduled'] })
  expect(tasks.map(({ id, state }) => `${id} ${state}`)).toEqual([])
}

const familyModule = new URL('../fixtures/family.ts', import.meta.url)
