import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hold, plainLoop } from '../fixtures/controlled.ts'
import { Rig } from '../rig/engine.ts'

describe('an engine that is closed', () => {
  test('starts nothing of what it kept, whatever is asked of it', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ store: rig.at('state.db'), autostart: false })
    const handle = await octopus.enqueue(hold, { gate: 'on' })
    await octopus.close()
    const closed = { code: 'E_CLOSED' }
    await expect(octopus.run()).rejects.toMatchObject(closed)
    await expect(octopus.drain()).rejects.toMatchObject(closed)
    await expect(octopus.enqueue(hold, { gate: 'on' })).rejects.toMatchObject(closed)
    await expect(octopus.enqueueMany(hold, [{ gate: 'on' }])).rejects.toMatchObject(closed)
    await expect(octopus.get(handle.id)).rejects.toMatchObject(closed)
    await expect(octopus.list()).rejects.toMatchObject(closed)
    await expect(octopus.cancel(handle.id)).rejects.toMatchObject(closed)
    await expect(handle.result()).rejects.toMatchObject(closed)
    octopus.resume()
    expect(() => octopus.start()).toThrow(expect.objectContaining(closed) as Error)
    expect(rig.gates.count('on')).toBe(0)
  })

  test('over memory refuses the same', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ autostart: false })
    const handle = await octopus.enqueue(hold, { gate: 'on' })
    await octopus.close()
    await expect(octopus.get(handle.id)).rejects.toMatchObject({ code: 'E_CLOSED' })
    await expect(octopus.run()).rejects.toMatchObject({ code: 'E_CLOSED' })
    expect(rig.gates.count('on')).toBe(0)
  })
})

describe('an engine whose store fails', () => {
  test('says so to everybody who waits, and closes', { timeout: 15_000 }, async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const octopus = await rig.open({ store })
    const handle = await octopus.enqueue(hold, { gate: 'on' })
    await rig.gates.arrival('on')
    const failed = { code: expect.stringMatching(/^E_STORE/) as string }
    const waiting = Promise.all([
      expect(handle.result()).rejects.toMatchObject(failed),
      expect(octopus.drain()).rejects.toMatchObject(failed),
    ])
    rmSync(store)
    rig.gates.open('on')
    await waiting
    expect(octopus.status().state).toBe('failed')
    await expect(octopus.enqueue(hold, { gate: 'on' })).rejects.toMatchObject(failed)
    await octopus.close()
  })

  test('while it closes does not stay open for ever', { timeout: 15_000 }, async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const octopus = await rig.open({ store })
    const handle = await octopus.enqueue(hold, { gate: 'on' })
    await rig.gates.arrival('on')
    const failed = expect(handle.result()).rejects.toMatchObject({
      code: expect.stringMatching(/^E_STORE/) as string,
    })
    const closed = octopus.close({ grace: '1m' })
    rmSync(store)
    rig.gates.open('on')
    await Promise.all([failed, closed])
  })
})

describe('room in the queue', () => {
  test('is not taken by tasks that are over, however long they might have waited', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ queueDepthMax: 3, whenFull: 'refuse' })
    for (let at = 0; at < 10; at++) {
      await (await octopus.enqueue(plainLoop, { ok: true }, { ttl: '1h' })).result()
    }
    expect(octopus.status().queuedTasks).toBe(0)
  })

  test('is given in the order in which it was asked for', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ queueDepthMax: 600, arms: { batch: { maxParallel: 1 } } })
    async function* many(): AsyncGenerator<{ ok: true }> {
      for (let at = 0; at < 5_000; at++) yield { ok: true }
    }
    const batch = await octopus.enqueueMany(plainLoop, many())
    const ids = Array.from({ length: batch.length }, (_, at) =>
      Number.parseInt(batch.id(at).slice(2), 36),
    )
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    await octopus.drain()
    expect(octopus.status().arms[1]?.processedCount).toBe(5_000)
  })
})
