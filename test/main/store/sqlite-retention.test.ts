import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'

import type { EmbeddedStore } from '../../../src/main/store/embedded.ts'
import type { Settlement } from '../../../src/main/store/store.ts'
import { TestClock } from '../../rig/clock.ts'
import { StoreFolder } from '../../rig/sqlite-store.ts'
import { everything, failed, newTask, succeeded, times } from '../../rig/store.ts'

const stores = new StoreFolder()
const DAY_MS = 86_400_000

function settledAt(settlement: Settlement, clock: TestClock): Settlement {
  return { ...settlement, times: { ...times, settledAtMs: clock.wallMs() } }
}

async function succeedAll(store: EmbeddedStore, clock: TestClock, result = ''): Promise<void> {
  const claims = await store.claim('batch', 100_000, everything)
  await store.settle(claims.map((claim) => settledAt(succeeded(claim, result), clock)))
}

/**
 * Retention works between flushes. Each question is answered between two of its slices, so so many questions are so many
 * slices, and no time is involved.
 */
async function letTidy(done: () => Promise<boolean>): Promise<void> {
  for (let slice = 0; slice < 10_000; slice++) if (await done()) return
  throw new Error('retention did not come to it')
}

const isGone = (store: EmbeddedStore, id: string) => async () => (await store.get(id)) === undefined

describe('by age', () => {
  const retention = { ageMs: 7 * DAY_MS, bytesMax: 2 ** 40 }

  test('settled tasks go when they are old enough, with everything about them', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue([newTask({ id: 'old' }), newTask(), newTask({ id: 'failed' })])
    const claims = await store.claim('batch', 3, everything)
    const logs = [{ atMs: 1, level: 'info', text: 'hm' }] as const
    await store.settle([
      settledAt({ ...succeeded(claims[0]!), logs }, clock),
      settledAt(succeeded(claims[1]!), clock),
      settledAt(failed(claims[2]!), clock),
    ])
    clock.turn(6.9 * DAY_MS)
    await store.enqueue([newTask({ id: 'young' })])
    await succeedAll(store, clock)
    expect(await store.get('old')).toBeDefined()
    clock.turn(0.3 * DAY_MS)
    await store.enqueue([newTask({ id: 'waiting' })])
    await letTidy(isGone(store, 'old'))
    expect((await store.inspect({})).tasks.map(({ id }) => id)).toEqual(['young', 'waiting'])
    expect(await store.recall({})).toHaveLength(1)
    expect(await store.enqueue([newTask({ id: 'old', payload: '"another"' })])).toEqual([
      { kind: 'created', seq: 6 },
    ])
    await store.close()
    const db = new DatabaseSync(stores.file(), { readOnly: true })
    const count = (table: string) => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']
    expect(['task', 'history', 'log', 'caller_id'].map(count)).toEqual([3, 1, 0, 3])
    db.close()
  })

  test('what waits or runs is never touched, however old it is', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue([newTask({ delayMs: 400 * DAY_MS }), newTask(), newTask(), newTask()])
    const claims = await store.claim('batch', 2, everything)
    const retry = settledAt(failed(claims[1]!, { to: 'scheduled', delayMs: 300 * DAY_MS }), clock)
    await store.settle([retry])
    await succeedAll(store, clock)
    clock.turn(100 * DAY_MS)
    await store.enqueue([newTask()])
    await letTidy(isGone(store, 'o_4'))
    const states = (await store.inspect({})).tasks.map(({ seq, state }) => [seq, state])
    expect(states).toEqual([
      [1, 'scheduled'],
      [2, 'running'],
      [3, 'scheduled'],
      [5, 'ready'],
    ])
    expect((await store.get('o_3'))!.attempts).toHaveLength(1)
  })

  test('a task settled late outlives its neighbours and goes in a later pass', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue([newTask(), newTask()])
    const [late] = await store.claim('batch', 1, everything)
    await succeedAll(store, clock)
    clock.turn(5 * DAY_MS)
    await store.settle([settledAt(succeeded(late!), clock)])
    clock.turn(3 * DAY_MS)
    await store.enqueue([newTask()])
    await letTidy(isGone(store, 'o_2'))
    expect(await store.get('o_1')).toBeDefined()
    clock.turn(5 * DAY_MS)
    await store.enqueue([newTask()])
    await letTidy(isGone(store, 'o_1'))
  })

  test('what somebody still waits for stays, with its result, until they are settled', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue([
      newTask({ id: 'parent' }),
      newTask({ id: 'child', after: ['parent'], delayMs: 9 * DAY_MS }),
      newTask({ id: 'other' }),
    ])
    await succeedAll(store, clock)
    clock.turn(8 * DAY_MS)
    await store.enqueue([newTask({ delayMs: 1e9 })])
    await letTidy(isGone(store, 'other'))
    expect((await store.get('parent'))!.result).toBeDefined()
    clock.turn(2 * DAY_MS)
    await succeedAll(store, clock)
    clock.turn(8 * DAY_MS)
    await store.enqueue([newTask({ delayMs: 1e9 })])
    await letTidy(isGone(store, 'parent'))
    await letTidy(isGone(store, 'child'))
  })

  test('a seq is never given again, even when the newest tasks were reclaimed', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue([newTask(), newTask(), newTask()])
    await succeedAll(store, clock)
    await store.close()
    clock.turn(30 * DAY_MS)
    const empty = await stores.open({ clock, retention })
    await letTidy(isGone(empty, 'o_3'))
    await empty.close()
    const again = await stores.open({ clock, retention })
    expect(await again.enqueue([newTask()])).toEqual([{ kind: 'created', seq: 4 }])
    expect(await again.cancel(['o_3', 'o_5'])).toEqual(['gone', 'unknown'])
  })

  test('many thousands go in slices while the store works on', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue(Array.from({ length: 20_000 }, () => newTask()))
    await succeedAll(store, clock)
    clock.turn(8 * DAY_MS)
    const sizes: number[] = []
    await store.enqueue([newTask()])
    await letTidy(async () => {
      sizes.push((await store.inspect({ limit: 1 })).tasks[0]!.seq)
      return sizes.at(-1) === 20_001
    })
    expect(new Set(sizes).size).toBeGreaterThan(3)
  })
})

describe('by bytes', () => {
  const bytesMax = 4 * 1024 * 1024
  const retention = { ageMs: 1e15, bytesMax }
  const result = JSON.stringify('r'.repeat(4_000))

  test('results go first, the oldest first; records, ids and failures stay', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    await store.enqueue([newTask({ id: 'failing' }), newTask({ id: 'mine' })])
    const claims = await store.claim('batch', 2, everything)
    await store.settle([failed(claims[0]!), succeeded(claims[1]!, result)])
    for (let wave = 0; wave < 40; wave++) {
      await store.enqueue(Array.from({ length: 50 }, () => newTask()))
      await succeedAll(store, clock, result)
    }
    // The size is looked at after every 32 flushes.
    for (let flush = 0; flush < 32; flush++) await store.enqueue([newTask({ delayMs: 1e9 })])
    await letTidy(async () => (await store.get('mine'))!.result === undefined)
    await letTidy(async () => sizeInUse() < bytesMax)
    expect(await store.get('mine')).toMatchObject({ state: 'succeeded', id: 'mine' })
    expect((await store.get('mine'))!.envelope).toBeDefined()
    expect((await store.get('failing'))!.failure).toBeDefined()
    expect((await store.get('o_1ik'))!.result).toBeDefined()
    expect(await store.enqueue([newTask({ id: 'mine' })])).toEqual([{ kind: 'existing', seq: 2 }])
  })

  test('then payloads of what succeeded; what waits or failed stays whole', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention })
    const payload = JSON.stringify('p'.repeat(4_000))
    await store.enqueue([newTask(), newTask({ payload }), newTask({ payload, delayMs: 1e9 })])
    const claims = await store.claim('batch', 2, everything)
    await store.settle([succeeded(claims[0]!), failed(claims[1]!)])
    for (let wave = 0; wave < 40; wave++) {
      await store.enqueue(Array.from({ length: 50 }, () => newTask({ payload })))
      await succeedAll(store, clock)
    }
    await letTidy(async () => (await store.get('o_4'))!.envelope === undefined)
    expect(await store.get('o_4')).toMatchObject({ state: 'succeeded', createdAtMs: 1_000 })
    for (const id of ['o_2', 'o_3'])
      expect((await store.get(id))!.envelope!.byteLength).toBeGreaterThan(4_000)
  })

  test('the file shrinks again', async () => {
    const clock = new TestClock()
    const store = await stores.open({ clock, retention: { ageMs: DAY_MS, bytesMax: 2 ** 40 } })
    const payload = JSON.stringify('p'.repeat(4_000))
    await store.enqueue(Array.from({ length: 5_000 }, () => newTask({ payload })))
    await succeedAll(store, clock)
    clock.turn(3 * DAY_MS)
    for (let flush = 0; flush < 64; flush++) await store.enqueue([newTask({ delayMs: 1e9 })])
    await letTidy(isGone(store, mintedOf(5_000)))
    for (let flush = 0; flush < 64; flush++) await store.enqueue([newTask({ delayMs: 1e9 })])
    await letTidy(async () => {
      await store.get('o_1')
      return sizeInFile() < bytesMax * 2
    })
    await store.close()
    expect(statSync(stores.file()).size).toBeLessThan(bytesMax * 2)
  })

  function mintedOf(seq: number): string {
    return `o_${seq.toString(36)}`
  }

  function sizeInUse(): number {
    const db = new DatabaseSync(stores.file(), { readOnly: true })
    const free = db.prepare('PRAGMA freelist_count').get()?.['freelist_count']
    db.close()
    return sizeInFile() - Number(free) * 4096
  }

  /** Pages of the file times their size, as its log has it. */
  function sizeInFile(): number {
    const db = new DatabaseSync(stores.file(), { readOnly: true })
    const pages = db.prepare('PRAGMA page_count').get()?.['page_count']
    db.close()
    return Number(pages) * 4096
  }
})
