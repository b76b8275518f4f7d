import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Octopus, type RemoteOctopus } from '../../../src/main/index.ts'
import { attentive, hold, fails } from '../../fixtures/controlled.ts'
import { Rig } from '../../rig/engine.ts'

/** An owner and a client of it, in one process: the socket is real all the same. */
async function connected(rig: Rig): Promise<{ owner: Octopus; remote: RemoteOctopus }> {
  const store = rig.at('state.db')
  const owner = await rig.open({ store })
  return { owner, remote: await Octopus.connect(store) }
}

describe('a client of the owner', () => {
  test('enqueues with typed definitions and gets typed results', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    const handle = await remote.enqueue(hold, { gate: 'g' }, { id: 'mine', priority: 3 })
    expect(handle.id).toBe('mine')
    expect(handle.created).toBe(true)
    rig.gates.open('g', { came: 'through' })
    expect(await handle.result()).toEqual({ came: 'through' })
    expect(await remote.result('mine')).toEqual({ came: 'through' })
    expect((await remote.enqueue(hold, { gate: 'g' }, { id: 'mine' })).created).toBe(false)
  })

  test('reads status, types, records and pages as the owner has them', async () => {
    await using rig = new Rig()
    const { owner, remote } = await connected(rig)
    await using _ = remote
    const bytes = new Uint8Array([1, 2, 3])
    const handle = await remote.enqueue({ type: 'fails', payload: { ways: ['ok'] }, id: 'one' })
    await handle.result()
    await remote.enqueue({ type: 'hold', payload: { gate: 'h' }, delay: '1h' })
    expect(await remote.types()).toEqual(owner.types())
    expect(await remote.get('one')).toEqual(await owner.get('one'))
    expect(await remote.get('no such task')).toBeUndefined()
    expect(await remote.list()).toEqual(await owner.list())
    expect(await remote.list({ states: ['scheduled'] })).toMatchObject({
      tasks: [{ type: 'hold' }],
    })
    expect(await remote.status()).toEqual(JSON.parse(JSON.stringify(owner.status())))
    expect(bytes.length).toBe(3)
  })

  test('cancels what waits and what runs', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    const waiting = await remote.enqueue(hold, { gate: 'w' }, { delay: '1h' })
    expect(await waiting.cancel()).toBe('removed')
    await expect(waiting.result()).rejects.toMatchObject({
      code: 'E_TASK_FAILED',
      state: 'cancelled',
    })
    const running = await remote.enqueue(attentive, { gate: 'a' })
    await rig.gates.arrival('a')
    expect(await remote.cancel(running.id)).toBe('running')
    await expect(running.result()).rejects.toMatchObject({ state: 'cancelled' })
    expect(await remote.cancel('nobody')).toBe('unknown')
  })

  test('gets the errors of the owner with code, hint, task and cause', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    await expect(remote.enqueue({ type: 'nothing' })).rejects.toMatchObject({
      name: 'OctopusError',
      code: 'E_UNKNOWN_TYPE',
      hint: expect.any(String) as string,
    })
    await remote.enqueue(hold, { gate: 'x' }, { id: 'twice', delay: '1h' })
    await expect(remote.enqueue(hold, { gate: 'y' }, { id: 'twice' })).rejects.toMatchObject({
      code: 'E_CONFLICT',
      task: 'twice',
    })
    const failed = await remote.enqueue(fails, { ways: ['final'] })
    await expect(failed.result()).rejects.toMatchObject({
      name: 'TaskFailedError',
      task: failed.id,
      failure: { reason: 'threw', message: 'hopeless' },
      cause: { message: 'hopeless' },
    })
    await expect(remote.result('nobody')).rejects.toMatchObject({ code: 'E_UNKNOWN_TASK' })
  })

  test('may enqueue what is no JSON but bytes, and nothing else', async () => {
    await using rig = new Rig()
    const { remote } = await connected(rig)
    await using _ = remote
    const bytes = new Uint8Array([0, 255, 7])
    const { id } = await remote.enqueue({ type: 'hold', payload: bytes, delay: '1h' })
    expect((await remote.get(id))?.payload).toEqual(bytes)
    const late = { type: 'hold', payload: { at: new Date(0) } }
    await expect(remote.enqueue(late)).rejects.toMatchObject({ code: 'E_NOT_JSON' })
  })
})

test('the socket is readable and writable by its owner alone, and gone after a close', async () => {
  await using rig = new Rig()
  const { owner, remote } = await connected(rig)
  await using _ = remote
  const path = `${rig.at('state.db')}.sock`
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(path).isSocket()).toBe(true)
  await owner.close()
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
})
