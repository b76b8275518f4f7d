import { describe, expect, test } from 'vitest'
import { Octopus, type RemoteEvent, type RemoteOctopus } from '../../../src/main/index.ts'
import { hold, stubborn } from '../../fixtures/controlled.ts'
import { progressing } from '../../fixtures/progressing.ts'
import { Rig } from '../../rig/engine.ts'

async function connected(rig: Rig): Promise<{ owner: Octopus; remote: RemoteOctopus }> {
  const store = rig.at('state.db')
  const owner = await rig.open({
    store,
    tasks: [
      new URL('../../fixtures/controlled.ts', import.meta.url),
      new URL('../../fixtures/progressing.ts', import.meta.url),
    ],
  })
  return { owner, remote: await Octopus.connect(store) }
}

describe('a client that watches', () => {
  test('hears the progress of its task', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    const handle = await remote.enqueue(progressing, { gate: 'p' })
    const heard = new Promise((resolve) => {
      handle.on('progress', resolve)
    })
    // Asked after it, so the owner listens by now.
    await remote.status()
    await rig.gates.arrival('p')
    rig.gates.open('p')
    expect(await heard).toEqual({ done: 1, total: 2, note: 'half' })
    await handle.result()
  })

  test('is told events as the owner tells them, results as bytes, and only the kinds it asked for', async () => {
    await using rig = new Rig()
    const { owner, remote } = await connected(rig)
    await using _ = remote
    const all: RemoteEvent[] = []
    const some: RemoteEvent[] = []
    const stop = remote.watch((event) => all.push(event))
    remote.watch((event) => some.push(event), { kinds: ['arm.changed'] })
    await remote.status()
    const local = rig.events.length
    await remote.pause('deploy')
    const handle = await remote.enqueue(hold, { gate: 'e' })
    rig.gates.open('e', { ok: true })
    await handle.result()
    await remote.status()
    const told = rig.events.slice(local)
    expect(told.map(({ kind }) => kind)).toContain('attempt.ended')
    expect(all).toEqual(told)
    expect(some).toEqual([
      { kind: 'arm.changed', arm: 'deploy', enabled: true, paused: true, maxParallel: 2 },
    ])
    stop()
    await remote.resume()
    await remote.status()
    expect(all).toHaveLength(told.length)
    expect(owner.status().arms[0]?.paused).toBe(false)
  })
})

describe('a client that steers', () => {
  test('pauses, resumes, resizes and disables arms, and waits until all is done', async () => {
    await using rig = new Rig()
    const { owner, remote } = await connected(rig)
    await using _ = remote
    await remote.pause()
    expect(owner.status().arms.every(({ paused }) => paused)).toBe(true)
    await remote.resume('batch')
    await remote.setArm('batch', { maxParallel: 7 })
    await remote.setArm('deploy', { enabled: false })
    expect((await remote.status()).arms.slice(0, 2)).toMatchObject([
      { id: 'deploy', enabled: false, paused: true },
      { id: 'batch', maxParallel: 7, paused: false },
    ])
    await expect(remote.setArm('batch', { maxParallel: 0 })).rejects.toMatchObject({
      code: 'E_CONFIG',
    })
    await remote.enqueue(stubborn, { gate: 's' })
    const drained = remote.drain()
    await rig.gates.arrival('s')
    rig.gates.open('s')
    await drained
    expect((await remote.status()).runningTasks).toBe(0)
  })

  test('gives a cancelled task another run', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    const handle = await remote.enqueue(hold, { gate: 'r' }, { id: 'again', delay: '1h' })
    expect(await remote.retry('again')).toBe('pending')
    await handle.cancel()
    await expect(handle.result()).rejects.toMatchObject({ state: 'cancelled' })
    rig.gates.open('r', 'run')
    expect(await remote.retry('again')).toBe('retried')
    expect(await remote.result('again')).toBe('run')
    expect(await remote.retry('again')).toBe('succeeded')
  })

  test('refuses an item of many by its place, and keeps the chunks before it', async () => {
    await using rig = new Rig()
    const { owner, remote } = await connected(rig)
    await using _ = remote
    await remote.pause()
    const specs = Array.from({ length: 1_100 }, (__, at) => ({
      type: at === 1_050 ? 'nothing' : 'hold',
      payload: { gate: 'm' },
    }))
    await expect(remote.enqueueMany(specs)).rejects.toMatchObject({
      code: 'E_UNKNOWN_TYPE',
      message: expect.stringContaining('task 1050 of the call') as string,
    })
    expect(owner.status().queuedTasks).toBe(1_024)
    const notJson = [
      { type: 'hold', payload: { gate: 'm' } },
      { type: 'hold', payload: 1n },
    ]
    await expect(remote.enqueueMany(notJson)).rejects.toMatchObject({ code: 'E_NOT_JSON' })
    expect(owner.status().queuedTasks).toBe(1_024)
    const batch = await remote.enqueueMany(hold, [{ gate: 'x' }, { gate: 'y' }])
    rig.gates.open('x', 1)
    rig.gates.open('y', 2)
    rig.gates.open('m')
    await remote.resume()
    expect(await Array.fromAsync(batch.results())).toEqual([1, 2])
  })

  test('enqueues tasks that wait for each other in any order, and no cycle', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    const before = await remote.enqueue(hold, { gate: 'before' })
    const spec = { type: 'hold', payload: { gate: 'w' } }
    const batch = await remote.enqueueMany([
      { ...spec, id: 'child', after: ['parent'] },
      { ...spec, id: 'parent', after: [before.id] },
    ])
    expect([batch.id(0), batch.id(1)]).toEqual(['child', 'parent'])
    expect(await remote.get('child')).toMatchObject({ state: 'blocked', awaiting: ['parent'] })
    expect((await remote.status()).blockedTasks).toBe(2)
    rig.gates.open('before')
    rig.gates.open('w', 'done')
    expect(await remote.result('child')).toBe('done')
    const cycle = [
      { ...spec, id: 'x', after: ['y'] },
      { ...spec, id: 'y', after: ['x'] },
    ]
    await expect(remote.enqueueMany(cycle)).rejects.toMatchObject({ code: 'E_CYCLE' })
    const orphan = [{ ...spec, after: ['nobody'] }]
    await expect(remote.enqueueMany(orphan)).rejects.toMatchObject({ code: 'E_UNKNOWN_TASK' })
  })

  test('reads a page of heavy records in parts', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    await remote.pause()
    const payload = { gate: 'g'.repeat(900_000) }
    const specs = Array.from({ length: 20 }, () => ({ type: 'hold', payload }))
    await remote.enqueueMany(specs)
    const first = await remote.list({ limit: 20 })
    expect(first.tasks.length).toBeLessThan(20)
    const rest = await remote.list({ limit: 20, after: first.next ?? 0 })
    expect(first.tasks.length + rest.tasks.length).toBe(20)
    const seen = [...first.tasks, ...rest.tasks].map(({ id }) => id)
    expect(new Set(seen).size).toBe(20)
  })
})
