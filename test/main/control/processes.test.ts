import { describe, expect, test } from 'vitest'
import { Octopus, type RemoteEvent } from '../../../src/main/index.ts'
import { Child, startSocketOwner } from '../../rig/child.ts'
import { Rig } from '../../rig/engine.ts'

/** Of one client, under so many owners. */
const TASKS = 6_000
const LIVES = 3

describe('clients in other processes', () => {
  test('eight that enqueue the same thousand ids make a thousand tasks', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const owner = await rig.open({ store, autostart: false })
    const children = Array.from({ length: 8 }, () => new Child('client-child.ts', [store, 'ids']))
    await Promise.all(children.map((child) => child.whole()))
    expect(owner.status().queuedTasks).toBe(1_000)
    const told = children.map(({ lines: [line = ''] }) => line.split(' ').map(Number))
    expect(told.map(([length]) => length)).toEqual(children.map(() => 500))
    expect(told.reduce((sum, [, made = 0]) => sum + made, 0)).toBe(500)
  })

  test('one killed in the middle of a call leaves whole chunks, and an owner that serves on', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const owner = await rig.open({ store, autostart: false })
    await using child = new Child('client-child.ts', [store, 'flood'])
    await child.line('read 5119')
    await child.end('SIGKILL')
    await using remote = await Octopus.connect(store)
    await remote.enqueue({ type: 'fails', payload: { ways: ['ok'] }, id: 'after' })
    const queued = owner.status().queuedTasks - 1
    expect(queued).toBeGreaterThanOrEqual(512)
    expect(queued % 512).toBe(0)
  })
})

describe('an owner that is killed', () => {
  test('right after an acknowledgement has the task on disk', { timeout: 60_000 }, async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const acknowledged: string[] = []
    for (let life = 0; life < 4; life++) {
      await using owner = await startSocketOwner(store, 'idle')
      await using remote = await Octopus.connect(store, { reconnect: 0 })
      // One turn's tasks share a write: others are on their way when the first is acknowledged.
      const calls = Array.from({ length: 50 }, async (_, at) => {
        const { id } = await remote.enqueue({
          type: 'fails',
          payload: { ways: [] },
          id: `${life}-${at}`,
        })
        process.kill(owner.pid, 'SIGKILL')
        acknowledged.push(id)
      })
      await Promise.allSettled(calls)
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(4)
    const octopus = await rig.open({ store, autostart: false })
    const { tasks } = await octopus.list({ ids: acknowledged, limit: 1_000 })
    expect(tasks.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted())
  })

  test(
    'takes nothing of its clients along: a successor answers them',
    { timeout: 60_000 },
    async () => {
      await using rig = new Rig()
      const store = rig.at('state.db')
      const events: RemoteEvent[] = []
      await using first = await startSocketOwner(store, 'idle')
      await using remote = await Octopus.connect(store)
      remote.watch((event) => events.push(event), { kinds: ['engine.closed'] })
      const one = await remote.enqueue({ type: 'fails', payload: { ways: ['throw', 'ok'] } })
      const waiting = [one.result(), remote.result(one.id)]
      await first.end('SIGKILL')
      const enqueuedMeanwhile = remote.enqueue({ type: 'fails', payload: { ways: ['ok'] } })
      const many = remote.enqueueMany(
        Array.from({ length: 2_000 }, () => ({ type: 'fails', payload: { ways: ['ok'] } })),
      )
      await using second = await startSocketOwner(store)
      expect(await Promise.all(waiting)).toEqual([2, 2])
      expect(await (await enqueuedMeanwhile).result()).toBe(1)
      expect((await many).length).toBe(2_000)
      await remote.drain()
      expect((await remote.status()).arms[1]).toMatchObject({ processedCount: 2_002, ready: 0 })
      expect(remote.owner.pid).toBe(second.pid)
      expect(events).toEqual([
        { kind: 'owner.lost', pid: first.pid },
        { kind: 'owner.found', pid: second.pid },
      ])
    },
  )

  test('over and over has accepted each task of a client once', { timeout: 90_000 }, async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    let owner = await startSocketOwner(store, 'idle')
    await using remote = await Octopus.connect(store)
    const ids: string[] = []
    let next = 0
    let acknowledgedAt = Promise.withResolvers<void>()
    const flood = async (): Promise<void> => {
      while (next < TASKS) {
        const { id } = await remote.enqueue({ type: 'fails', payload: { nth: next++ } })
        if (ids.push(id) % (TASKS / LIVES) === 0) acknowledgedAt.resolve()
      }
    }
    const floods = Promise.all(Array.from({ length: 300 }, flood))
    for (let life = 1; life < LIVES; life++) {
      await acknowledgedAt.promise
      acknowledgedAt = Promise.withResolvers()
      await owner.end('SIGKILL')
      owner = await startSocketOwner(store, 'idle')
    }
    await floods
    await owner.end('SIGTERM')
    expect(new Set(ids).size).toBe(TASKS)
    const octopus = await rig.open({ store, autostart: false })
    expect(octopus.status().queuedTasks).toBe(TASKS)
  })
})

test('an owner that closes hands its clients to the next', { timeout: 60_000 }, async () => {
  await using rig = new Rig()
  const store = rig.at('state.db')
  await using first = await startSocketOwner(store, 'idle')
  await using remote = await Octopus.connect(store)
  const handle = await remote.enqueue({ type: 'fails', payload: { ways: ['ok'] } })
  const result = handle.result()
  await first.end('SIGTERM')
  await using _ = await startSocketOwner(store)
  expect(await result).toBe(1)
})

test('a client that waits for an owner finds it when it comes; one that does not is told', async () => {
  await using rig = new Rig()
  const store = rig.at('state.db')
  await expect(Octopus.connect(store)).rejects.toMatchObject({ code: 'E_NO_STORE' })
  const connecting = Octopus.connect(store, { wait: '20s' })
  await using _ = await startSocketOwner(store, 'idle')
  await using remote = await connecting
  expect(await remote.types()).toContain('fails')
})
