import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Octopus } from '../../src/main/index.ts'
import { nodeArguments } from '../rig/node.ts'
import { seededRandom } from '../rig/random.ts'

/** Engine processes are killed at this many random points of their lives, over one store. */
const KILLS = 30
const TASKS_A_LIFE = 200

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octopus-kill-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test(
  `${KILLS} engines killed with SIGKILL lose no acknowledged task and run no settled one again`,
  { timeout: 150_000 },
  async () => {
    const random = seededRandom(Number(process.env['SEED'] ?? 20_261_122))
    const store = join(folder, 'state.db')
    const log = join(folder, 'runs.log')
    writeFileSync(log, '')
    const acknowledged = new Set<string>()
    const settledIn = new Map<string, number>()
    const lives = new Map<number, number>()
    for (let life = 0; life < KILLS; life++) {
      const { pid, lines } = await liveUntil(store, log, life, random)
      lives.set(pid, life)
      for (const [word, ...ids] of lines.map((line) => line.split(' '))) {
        if (word === 'acknowledged') for (const id of ids) acknowledged.add(id)
        if (word === 'succeeded') for (const id of ids) settledIn.set(id, settledIn.get(id) ?? life)
      }
    }
    expect(acknowledged.size).toBeGreaterThan(TASKS_A_LIFE)
    expect(settledIn.size).toBeGreaterThan(TASKS_A_LIFE)
    const last = await finish(store, log)
    expect(last.lines).toContain('drained')
    lives.set(last.pid, KILLS)
    await expectAllSucceeded(store, acknowledged)
    expectNoneAgain(log, lives, settledIn)
  },
)

interface Life {
  readonly pid: number
  readonly lines: string[]
}

/**
 * One life, ended by SIGKILL: when its engine has told `lineMax` lines, which may be anywhere from opening to the last
 * settle. Every fifth is killed by the clock instead, while it starts and opens.
 */
async function liveUntil(
  store: string,
  log: string,
  life: number,
  chance: () => number,
): Promise<Life> {
  const child = engine(store, log, String(life), TASKS_A_LIFE)
  const lines: string[] = []
  const ended = once(child, 'close')
  const lineMax = 1 + Math.floor(chance() * 80)
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (lines.push(line) >= lineMax) child.kill('SIGKILL')
  })
  if (life % 5 === 0) setTimeout(() => child.kill('SIGKILL'), chance() * 400)
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null]
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  return { pid: child.pid ?? 0, lines }
}

async function finish(store: string, log: string): Promise<Life> {
  const child = engine(store, log, 'last', 0)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const [code] = (await once(child, 'close')) as [number | null]
  expect(code).toBe(0)
  return { pid: child.pid ?? 0, lines }
}

function engine(
  store: string,
  log: string,
  generation: string,
  count: number,
): ChildProcessByStdio<null, Readable, null> {
  const file = fileURLToPath(new URL('../fixtures/engine-child.ts', import.meta.url))
  return spawn(process.execPath, [...nodeArguments, file, store, log, generation, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function expectAllSucceeded(store: string, acknowledged: ReadonlySet<string>): Promise<void> {
  await using octopus = await Octopus.open({
    store,
    autostart: false,
    tasks: new URL('../fixtures/recorded.ts', import.meta.url),
  })
  const ids = [...acknowledged]
  const states = new Map<string, string>()
  for (let at = 0; at < ids.length; at += 500) {
    const { tasks } = await octopus.list({ ids: ids.slice(at, at + 500), limit: 500 })
    for (const task of tasks) states.set(task.id, task.state)
  }
  expect(ids.filter((id) => states.get(id) !== 'succeeded')).toEqual([])
}

/** A run in a life after the one that told the task as settled would be a second run of finished work. */
function expectNoneAgain(
  log: string,
  lives: ReadonlyMap<number, number>,
  settledIn: ReadonlyMap<string, number>,
): void {
  const runs = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  expect(runs.length).toBeGreaterThanOrEqual(settledIn.size)
  const again = runs.filter(
    ([id = '', pid = '']) => (lives.get(Number(pid)) ?? Infinity) > (settledIn.get(id) ?? Infinity),
  )
  expect(again).toEqual([])
}
