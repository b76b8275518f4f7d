import { describe, expect, test } from 'vitest'
import { OctopusError, TaskFailedError } from '../../src/main/index.ts'
import { fails, hold } from '../fixtures/controlled.ts'
import { attemptsOf, Rig } from '../rig/engine.ts'

describe.each(['memory', 'sqlite'])('retry over a store of %s', (kind) => {
  function storeOf(rig: Rig): { readonly store: string } {
    return { store: kind === 'memory' ? kind : rig.at('state.db') }
  }

  test('runs an ended task again, with all its attempts, and its waiters get the new end', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    const ways = ['throw', 'throw'] as const
    const handle = await octopus.enqueue(fails, { ways }, { id: 'mine', attempts: 2 })
    await expect(handle.result()).rejects.toThrow(TaskFailedError)
    expect(await octopus.retry('mine')).toBe('retried')
    expect(rig.events).toContainEqual({ kind: 'task.retried', task: 'mine' })
    await expect(handle.result()).rejects.toMatchObject({ failure: { message: 'attempt 2' } })
    expect(await attemptsOf(octopus, 'mine')).toEqual([
      '1 scheduled: threw',
      '2 failed: threw',
      '3 scheduled: threw',
      '4 failed: threw',
    ])
  })

  test('shows the handler a first attempt, and a success is for good', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    const handle = await octopus.enqueue(hold, { gate: 'g' })
    expect(await rig.gates.arrival('g')).toBe(1)
    expect(await octopus.retry(handle.id)).toBe('pending')
    await handle.cancel()
    await expect(handle.result()).rejects.toMatchObject({ state: 'cancelled' })
    expect(await octopus.retry(handle.id)).toBe('retried')
    expect(await rig.gates.arrival('g')).toBe(1)
    rig.gates.open('g', 'done')
    const same = await octopus.enqueue(hold, { gate: 'g2' })
    rig.gates.open('g2')
    await same.result()
    expect(await handle.result()).toBe('done')
    expect(await octopus.retry(handle.id)).toBe('succeeded')
    expect(await octopus.retry('nobody')).toBe('unknown')
  })

  test('is refused once the engine is closed', async () => {
    await using rig = new Rig()
    const octopus = await rig.open(storeOf(rig))
    await octopus.close()
    await expect(octopus.retry('mine')).rejects.toThrow(OctopusError)
  })
})
