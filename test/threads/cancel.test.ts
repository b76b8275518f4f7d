import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import type { Octopus, TaskHandle } from '../../src/main/index.ts'
import {
  attentive,
  endless,
  graceful,
  hold,
  holdDeploy,
  plainLoop,
  polls,
  spawner,
  stubborn,
  tellsWhy,
} from '../fixtures/controlled.ts'
import { attemptsOf, Rig } from '../rig/engine.ts'

const one = { batch: { maxParallel: 1 } }

describe('a cancel', () => {
  test('removes a task that waits behind another, for good', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: one })
    const first = await octopus.enqueue(hold, { gate: 'first' })
    await rig.gates.arrival('first')
    const queued = await octopus.enqueue(hold, { gate: 'queued' })
    const result = expectCancelled(queued)
    expect(await queued.cancel()).toBe('removed')
    await result
    rig.gates.open('first', 'done')
    expect(await first.result()).toBe('done')
    await octopus.drain()
    expect(rig.gates.count('queued')).toBe(0)
    expect(await octopus.get(queued.id)).toMatchObject({
      state: 'cancelled',
      failure: { reason: 'cancelled' },
    })
    expect(octopus.status().arms[1]).toMatchObject({
      processedCount: 1,
      cancelledCount: 1,
      ready: 0,
      activeTasks: 0,
    })
  })

  test('removes a task that is due later', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const later = await octopus.enqueue(hold, { gate: 'later' }, { delay: '1h' })
    const result = expectCancelled(later)
    expect(await later.cancel()).toBe('removed')
    await result
    expect(octopus.status().queuedTasks).toBe(0)
  })

  test('reaches a handler that awaits its signal', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ cancelGrace: '1m' })
    const handle = await octopus.enqueue(attentive, { gate: 'on' })
    await rig.gates.arrival('on')
    const result = expectCancelled(handle)
    expect(await handle.cancel()).toBe('running')
    await result
    expect(await attemptsOf(octopus, handle.id)).toEqual(['1 cancelled: cancelled'])
  })

  test('reaches a handler that polls its signal and never yields', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ cancelGrace: '1m' })
    const handle = await octopus.enqueue(polls, { gate: 'on' })
    await rig.gates.arrival('on')
    rig.gates.open('on')
    const result = expectCancelled(handle)
    expect(await handle.cancel()).toBe('running')
    await result
  })

  test('ends the thread of a handler that looks at nothing, and nobody else notices', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: { batch: { maxParallel: 2 } } })
    const loop = await octopus.enqueue(endless, { gate: 'loop' })
    const other = await octopus.enqueue(hold, { gate: 'other' })
    await Promise.all([rig.gates.arrival('loop'), rig.gates.arrival('other')])
    rig.gates.open('loop')
    const result = expectCancelled(loop)
    expect(await loop.cancel()).toBe('running')
    await result
    rig.gates.open('other', 'untouched')
    expect(await other.result()).toBe('untouched')
    expect(await attemptsOf(octopus, other.id)).toEqual(['1 succeeded'])
    expect(await attemptsOf(octopus, loop.id)).toEqual(['1 cancelled: cancelled'])
    // Its log of before the end is kept.
    expect((await octopus.get(loop.id))?.logs.map(({ text }) => text)).toEqual(['attempt 1 begins'])
  })

  test('of a running task hands its batch to others, uncharged', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: one })
    await warm(octopus)
    octopus.pause('batch')
    const loop = await octopus.enqueue(plainLoop, { ok: false })
    const beside = await octopus.enqueueMany(
      plainLoop,
      Array.from({ length: 20 }, () => ({ ok: true })),
    )
    octopus.resume('batch')
    await vi.waitUntil(() => octopus.status().arms[1]?.activeTasks !== 0)
    const result = expectCancelled(loop)
    await loop.cancel()
    await result
    for (const handle of beside) {
      await handle.result()
      expect(await attemptsOf(octopus, handle.id)).toEqual(['1 succeeded'])
    }
  })

  test('of a task that waits in a batch spares the one that runs there, whose timeout still counts', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: one })
    await warm(octopus)
    octopus.pause('batch')
    const loop = await octopus.enqueue(plainLoop, { ok: false }, { timeout: '300ms' })
    const beside = await octopus.enqueueMany(plainLoop, [{ ok: true }, { ok: true }])
    const failed = expect(loop.result()).rejects.toMatchObject({ failure: { reason: 'timeout' } })
    octopus.resume('batch')
    const [first, second] = [...beside]
    const cancelled = expectCancelled(first!)
    await first!.cancel()
    await Promise.all([cancelled, failed, second!.result()])
  })

  test('loses against a handler that succeeds first, and says so', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ cancelGrace: '1m' })
    const handle = await octopus.enqueue(graceful, { gate: 'on' })
    await rig.gates.arrival('on')
    expect(await handle.cancel()).toBe('running')
    expect(await handle.result()).toBe('finished first')
    expect(await handle.cancel()).toBe('gone')
    expect(await octopus.get(handle.id)).toMatchObject({ state: 'succeeded' })
  })

  test('twice, or of nothing, does no harm', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ cancelGrace: '1m' })
    const handle = await octopus.enqueue(attentive, { gate: 'on' }, { id: 'mine' })
    await rig.gates.arrival('on')
    const result = expectCancelled(handle)
    expect(await Promise.all([handle.cancel(), octopus.cancel('mine')])).toEqual([
      'running',
      'running',
    ])
    await result
    expect(await handle.cancel()).toBe('gone')
    expect(await octopus.cancel('nobody')).toBe('unknown')
    expect(await octopus.cancel('o_zz')).toBe('unknown')
  })

  test('before the handler first asks for its signal is there when it does', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({
      cancelGrace: '1m',
      tasks: new URL('../fixtures/contexts.ts', import.meta.url),
    })
    const handle = await octopus.enqueue({ type: 'asks-late', payload: null })
    await rig.gates.arrival('before')
    const result = expectCancelled(handle)
    expect(await handle.cancel()).toBe('running')
    rig.gates.open('before')
    await result
  })

  test('never ends a thread for a handler that may not be ended', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ cancelGrace: 1 })
    const handle = await octopus.enqueue(stubborn, { gate: 'on' })
    await rig.gates.arrival('on')
    expect(await handle.cancel()).toBe('running')
    // A neighbour lives through the same grace and is ended, so the grace is over.
    const loop = await octopus.enqueue(endless, { gate: 'loop' })
    await rig.gates.arrival('loop')
    rig.gates.open('loop')
    const ended = expectCancelled(loop)
    await loop.cancel()
    await ended
    rig.gates.open('on', 'in peace')
    expect(await handle.result()).toBe('in peace')
  })
})

describe('a timeout', () => {
  test('is told as one to a handler that polls its signal and never yields', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ cancelGrace: '1m' })
    const handle = await octopus.enqueue(tellsWhy, undefined, { timeout: '50ms' })
    await expect(handle.result()).rejects.toMatchObject({ failure: { reason: 'timeout' } })
    expect((await octopus.get(handle.id))?.logs.map(({ text }) => text)).toEqual(['TimeoutError'])
  })

  test('ends an attempt, and the next one may succeed', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const handle = await octopus.enqueue(endless, { gate: 'on' }, { timeout: '100ms' })
    rig.gates.open('on')
    await expect(handle.result()).rejects.toMatchObject({
      failure: { reason: 'timeout' },
      state: 'failed',
    })
    expect(await attemptsOf(octopus, handle.id)).toEqual([
      '1 scheduled: timeout',
      '2 failed: timeout',
    ])
  })

  test('shorter than the start of a thread counts from the start of the task', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: one })
    const cold = await octopus.enqueue(plainLoop, { ok: true }, { timeout: 5 })
    expect(await cold.result()).toBeNull()
  })

  test(
    'is noticed in time even if the thread was still starting at the first look',
    { timeout: 8_000 },
    async () => {
      await using rig = new Rig()
      const octopus = await rig.open({ arms: one })
      const cold = await octopus.enqueue(plainLoop, { ok: false }, { timeout: 5 })
      await expect(cold.result()).rejects.toMatchObject({ failure: { reason: 'timeout' } })
    },
  )

  test('ends a task that asked for a fresh thread', { timeout: 8_000 }, async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks: new URL('../fixtures/contexts.ts', import.meta.url) })
    const handle = await octopus.enqueue({ type: 'fresh-loop', timeout: 50 })
    await expect(handle.result()).rejects.toMatchObject({ failure: { reason: 'timeout' } })
  })
})

describe('child processes', () => {
  test('are ended with their whole group when their task is cancelled', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const handle = await octopus.enqueue(spawner, { gate: rig.at('a') })
    const pids = await pidsOf(rig)
    expect(pids.map(isAlive)).toEqual([true, true])
    const result = expectCancelled(handle)
    rig.gates.open('spawned')
    expect(await handle.cancel()).toBe('running')
    await result
    await vi.waitUntil(() => !pids.some(isAlive), 5_000)
  })

  test('are ended with their whole group when their task ends without them', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const handle = await octopus.enqueue(spawner, { gate: rig.at('a'), leave: true })
    const pids = await pidsOf(rig)
    rig.gates.open('spawned')
    expect(await handle.result()).toBe('left')
    await vi.waitUntil(() => !pids.some(isAlive), 5_000)
  })
})

describe('a close', () => {
  for (const task of [hold, holdDeploy]) {
    test(`hands what still runs back, and the next owner runs it as attempt 1 (${task.type})`, async () => {
      await using rig = new Rig()
      const store = rig.at('state.db')
      const before = await rig.open({ store })
      const handle = await before.enqueue(task, { gate: 'before' }, { id: 'kept' })
      expect(await rig.gates.arrival('before')).toBe(1)
      const rejected = expect(handle.result()).rejects.toMatchObject({ code: 'E_CLOSED' })
      await before.close({ grace: 10 })
      await rejected
      rig.gates.open('before', 'second time')
      const after = await rig.open({ store })
      expect(await rig.gates.arrival('before')).toBe(1)
      await after.drain()
      expect(await after.get('kept')).toMatchObject({ state: 'succeeded', result: 'second time' })
      expect(await attemptsOf(after, 'kept')).toEqual(['1 succeeded'])
    })
  }

  test('waits for what ends within its grace', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const handle = await octopus.enqueue(hold, { gate: 'on' })
    await rig.gates.arrival('on')
    const closed = octopus.close({ grace: '1m' })
    rig.gates.open('on', 'in time')
    expect(await handle.result()).toBe('in time')
    await closed
    expect(octopus.status()).toMatchObject({ state: 'closed' })
  })

  test('may be asked for twice at once', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ store: rig.at('state.db') })
    await Promise.all([octopus.close(), octopus.close()])
    await octopus.close()
  })
})

function expectCancelled(handle: TaskHandle): Promise<void> {
  return expect(handle.result()).rejects.toMatchObject({
    code: 'E_TASK_FAILED',
    state: 'cancelled',
    failure: { reason: 'cancelled' },
  })
}

/** Until the type is known to be short, so that its tasks share batches. */
async function warm(octopus: Octopus): Promise<void> {
  await octopus.enqueueMany(
    plainLoop,
    Array.from({ length: 60 }, () => ({ ok: true })),
  )
  await octopus.drain()
}

async function pidsOf(rig: Rig): Promise<number[]> {
  const file = String(await rig.gates.arrival('spawned'))
  await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  return readFileSync(file, 'utf8').trim().split(' ').map(Number)
}

function isAlive(pid: number): boolean {
  // A zombie has ended; only its parent has not looked yet.
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
