import { describe, expect, test } from 'vitest'
import type { TaskSpec } from '../../src/main/index.ts'
import { bulky, fails, gathers, hold } from '../fixtures/controlled.ts'
import { Rig } from '../rig/engine.ts'

const held = (id: string, after?: readonly string[]): TaskSpec => ({
  type: 'hold',
  id,
  payload: { gate: id },
  ...(after === undefined ? {} : { after }),
})

describe.each(['memory', 'sqlite'])('tasks that wait for others, over a store of %s', (kind) => {
  function storeOf(rig: Rig): { readonly store: string } {
    return { store: kind === 'memory' ? kind : rig.at('state.db') }
  }

  test('run after those, which status, list and get show', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    await octopus.enqueue(held('a'))
    const b = await octopus.enqueue(hold, { gate: 'b' }, { id: 'b', after: ['a'] })
    await rig.gates.arrival('a')
    expect(octopus.status()).toMatchObject({ blockedTasks: 1, queuedTasks: 1 })
    expect(octopus.status().arms.find(({ id }) => id === 'batch')).toMatchObject({ blocked: 1 })
    expect(await octopus.get('b')).toMatchObject({
      state: 'blocked',
      after: ['a'],
      awaiting: ['a'],
    })
    expect(rig.gates.count('b')).toBe(0)
    rig.gates.open('a')
    await rig.gates.arrival('b')
    rig.gates.open('b', 'done')
    expect(await b.result()).toBe('done')
    expect(await octopus.get('b')).toMatchObject({ after: ['a'], awaiting: [] })
  })

  test('may stand anywhere in an array, whose order its batch keeps', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    const batch = await octopus.enqueueMany([held('c', ['b']), held('b', ['a']), held('a')])
    expect([...batch].map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    for (const name of ['a', 'b', 'c']) {
      await rig.gates.arrival(name)
      rig.gates.open(name, name)
    }
    expect(await Array.fromAsync(batch.results())).toEqual(['c', 'b', 'a'])
  })

  test('are refused whole when they wait for each other, or for nobody known', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ ...storeOf(rig), autostart: false })
    const cycle = [held('x'), held('a', ['b']), held('b', ['c']), held('c', ['a'])]
    await expect(octopus.enqueueMany(cycle)).rejects.toMatchObject({
      code: 'E_CYCLE',
      message: 'tasks wait for each other: a -> b -> c -> a',
    })
    await expect(octopus.enqueueMany([held('x'), held('y', ['nobody'])])).rejects.toMatchObject({
      code: 'E_UNKNOWN_TASK',
      task: 'nobody',
      message: "y waits for 'nobody', which is unknown",
    })
    const refused = { after: ['me'], id: 'me' }
    await expect(octopus.enqueue(hold, { gate: 'g' }, refused)).rejects.toMatchObject({
      code: 'E_CYCLE',
    })
    await expect(octopus.enqueue(held('y', ['x']))).rejects.toMatchObject({
      code: 'E_UNKNOWN_TASK',
    })
    const many = Array.from({ length: 1_001 }, (_, at) => `p${at}`)
    await expect(octopus.enqueue(held('y', many))).rejects.toMatchObject({
      code: 'E_USAGE',
      message: 'hold: it waits for 1001 tasks, at most 1000 are possible',
    })
    expect(octopus.status().queuedTasks).toBe(0)
  })

  test('of an array may also wait for what was accepted before', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ ...storeOf(rig), autostart: false })
    const named = await octopus.enqueue(held('old'))
    const minted = await octopus.enqueue(hold, { gate: 'g' })
    await octopus.enqueueMany([held('b', [named.id, minted.id])])
    expect(await octopus.get('b')).toMatchObject({ awaiting: ['old', minted.id] })
  })

  test('end with the root cause when one fails, and drain waits for that', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ ...storeOf(rig), autostart: false })
    await octopus.enqueue(fails, { ways: ['final'] }, { id: 'root' })
    const skipped = await octopus.enqueue(held('skipped', ['root']))
    const failing = await octopus.enqueue({
      ...held('failing', ['skipped']),
      onParentFailure: 'fail',
    })
    await octopus.enqueue(
      fails,
      { ways: ['ok'] },
      { id: 'ran', after: ['failing'], onParentFailure: 'run' },
    )
    octopus.start()
    await octopus.drain()
    expect(octopus.status()).toMatchObject({ queuedTasks: 0, runningTasks: 0 })
    const { cancelledCount, failedCount } = octopus.status().arms.find(({ id }) => id === 'batch')!
    expect({ cancelledCount, failedCount }).toEqual({ cancelledCount: 1, failedCount: 2 })
    await expect(skipped.result()).rejects.toMatchObject({
      state: 'cancelled',
      failure: { reason: 'parent-failed', root: 'root' },
    })
    await expect(failing.result()).rejects.toMatchObject({
      state: 'failed',
      failure: { reason: 'parent-failed', root: 'root' },
      hint: expect.stringContaining('root') as string,
    })
    expect((await octopus.get('ran'))?.state).toBe('succeeded')
    expect(rig.gates.count('skipped')).toBe(0)
  })

  test('are not waited for by drain while nothing that they wait for can run', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    octopus.pause('deploy')
    await octopus.enqueue({ type: 'hold-deploy', id: 'a', payload: { gate: 'a' } })
    await octopus.enqueue(held('b', ['a']))
    await octopus.drain()
    expect(octopus.status()).toMatchObject({ blockedTasks: 1, queuedTasks: 2 })
  })

  test('read the results of those in their thread, by the names they gave them', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ ...storeOf(rig), autostart: false })
    const a = await octopus.enqueue(fails, { ways: ['ok'] }, { id: 'a' })
    const minted = await octopus.enqueue(bulky, { length: 3 })
    await octopus.enqueue(fails, { ways: ['final'] }, { id: 'failed' })
    const all = { id: 'all', after: [a.id, minted.id, 'failed'], onParentFailure: 'run' } as const
    const child = await octopus.enqueue(gathers, { names: false }, all)
    const next = await octopus.enqueue(gathers, { names: false }, { after: ['all'] })
    const alone = await octopus.enqueue(gathers, { names: false })
    octopus.start()
    const gathered = { a: 1, [minted.id]: 'xxx' }
    expect(await child.result()).toEqual(gathered)
    expect(await next.result()).toEqual({ all: gathered })
    expect(await alone.result()).toEqual({})
  })

  test('fail, once, when they read more than travels with a task, and run when they do not look', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    const ids = ['a', 'b', 'c', 'd', 'e']
    for (const id of ids) await octopus.enqueue(bulky, { length: 1_000_000 }, { id })
    const whole = await octopus.enqueue(gathers, { names: true }, { after: ids.slice(1) })
    const tooMuch = await octopus.enqueue(gathers, { names: true }, { after: ids })
    const blind = await octopus.enqueue(bulky, { length: 1 }, { after: ids })
    expect(await whole.result()).toEqual(ids.slice(1))
    expect(await blind.result()).toBe('x')
    await expect(tooMuch.result()).rejects.toMatchObject({
      failure: { code: 'E_TOO_LARGE', final: true },
    })
    expect((await octopus.get(tooMuch.id))?.attempts).toHaveLength(1)
  })

  test('can be cancelled, and what waits for them ends with them', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ ...storeOf(rig), autostart: false })
    await octopus.enqueueMany([held('a'), held('b', ['a']), held('c', ['b'])])
    const c = await octopus.enqueue(held('c', ['b']))
    expect(await octopus.cancel('b')).toBe('removed')
    await expect(c.result()).rejects.toMatchObject({ failure: { root: 'b' } })
    expect((await octopus.get('b'))?.failure?.reason).toBe('cancelled')
  })
})
