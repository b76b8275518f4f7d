import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { DATA_OFFSET, Phase, Region, REGION_BYTES } from '../../src/protocol/region.ts'
import { Chance } from '../rig/random.ts'

describe('a region', () => {
  test('lets tasks start in their order, each once', () => {
    const region = new Region()
    expect(region.claim(0, 10)).toBe(true)
    expect(region.claim(0, 11)).toBe(false)
    expect(region.claim(2, 12)).toBe(false)
    expect(region.claim(1, 13)).toBe(true)
    expect(region).toMatchObject({ claimed: 2, closed: false, startedAtMs: 13 })
  })

  test('lets nothing start once it is closed, and closing it twice says the same', () => {
    const region = new Region()
    region.claim(0, 1)
    expect(region.close()).toBe(1)
    expect(region.close()).toBe(1)
    expect(region.claim(1, 2)).toBe(false)
    expect(region).toMatchObject({ claimed: 1, closed: true })
  })

  test('is as new after a reset', () => {
    const region = new Region()
    region.claim(0, 1)
    region.publish(new Uint8Array([1]))
    region.threadId = 7
    region.phase = Phase.running
    region.abort(0, 'timeout')
    region.close()
    region.reset()
    expect(region).toMatchObject({
      claimed: 0,
      closed: false,
      published: 0,
      threadId: 0,
      phase: Phase.waiting,
      startedAtMs: 0,
    })
    expect(region.abortReason(0)).toBeUndefined()
    expect(region.claim(0, 1)).toBe(true)
  })

  test('asks one task to stop and no other', () => {
    const region = new Region()
    region.abort(0, 'cancelled')
    expect([region.abortReason(0), region.abortReason(1)]).toEqual(['cancelled', undefined])
    region.abort(511, 'timeout')
    expect([region.abortReason(0), region.abortReason(511)]).toEqual([undefined, 'timeout'])
  })

  test('takes reports until one does not fit, and then changes nothing', () => {
    const region = new Region()
    const half = new Uint8Array((REGION_BYTES - DATA_OFFSET) / 2).fill(7)
    expect(region.publish(half)).toBe(true)
    expect(region.publish(half)).toBe(true)
    expect(region.publish(new Uint8Array([1]))).toBe(false)
    expect(region.published).toBe(REGION_BYTES - DATA_OFFSET)
    expect(region.data.every((byte) => byte === 7)).toBe(true)
  })
})

test('main that closes and a thread that claims agree on what has started, however they meet', async () => {
  const thread = new Worker(new URL('../fixtures/region-thread.ts', import.meta.url))
  const chance = new Chance(5)
  const met: number[] = []
  for (let round = 0; round < 300; round++) {
    const region = new Region()
    const enough = chance.is(0.2) ? 0 : chance.int(1, 4_000)
    const told = once(thread, 'message')
    thread.postMessage(region.memory)
    while (region.claimed < enough);
    const started = region.close()
    const [said] = (await told) as unknown[]
    expect(said).toEqual({ claimed: started, again: false })
    met.push(started)
  }
  await thread.terminate()
  expect(Math.max(...met)).toBeGreaterThan(1_000)
})
