import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Octopus, OctopusOptions, Progress } from '../../src/main/index.ts'
import { badSplits, gathers, leaf, sums } from '../fixtures/splits.ts'
import { attemptsOf, Rig } from '../rig/engine.ts'

const tasks = new URL('../fixtures/splits.ts', import.meta.url)

function open(rig: Rig, options: OctopusOptions = {}): Promise<Octopus> {
  return rig.open({ tasks, ...options })
}

const leafs = (...says: (number | string)[]): { type: string; payload: object }[] =>
  says.map((one) => ({ type: leaf.type, payload: { says: one } }))

async function typesAndStates(octopus: Octopus): Promise<string[]> {
  const { tasks: all } = await octopus.list()
  return all.map(({ type, state }) => `${type} ${state}`)
}

describe('a task that splits', () => {
  test.for(['memory', 'sqlite'] as const)(
    'runs again with the results of its parts, in their order; what it splits into may split (%s)',
    async (kind) => {
      await using rig = new Rig()
      const octopus = await open(rig, { store: kind === 'memory' ? kind : rig.at('state.db') })
      const whole = await octopus.enqueue(sums, { from: 0, to: 32 })
      const flat = await octopus.enqueue(gathers, { parts: leafs(3, 'ä', 1) })
      expect(await whole.result()).toBe(496)
      expect(await flat.result()).toEqual({ parts: [3, 'ä', 1], attempt: 1 })
      expect(await attemptsOf(octopus, flat.id)).toEqual(['1 blocked', '2 succeeded'])
      expect(octopus.status().queuedTasks).toBe(0)
    },
  )

  test('has a result typed without the split', () => {
    expectTypeOf(sums).toHaveProperty('type')
    expectTypeOf<Awaited<ReturnType<typeof typed>>>().toEqualTypeOf<number>()
  })

  test('holds no thread meanwhile, even on an arm of one', async () => {
    await using rig = new Rig()
    const octopus = await open(rig, { arms: { batch: { maxParallel: 1 } } })
    expect(await (await octopus.enqueue(sums, { from: 0, to: 8 })).result()).toBe(28)
  })

  test('is blocked, tells how many parts are done, and its parts run on its arm with its priority', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const parts = [{ says: 1 }, { says: 2, gate: 'g' }].map((payload) => ({
      type: 'leaf',
      payload,
    }))
    const whole = await octopus.enqueue(gathers, { parts }, { priority: 9 })
    const seen: Progress[] = []
    whole.on('progress', (progress) => seen.push(progress))
    await rig.gates.arrival('g')
    expect((await octopus.get(whole.id))?.state).toBe('blocked')
    const { tasks: running } = await octopus.list({ states: ['running'] })
    expect(running).toMatchObject([{ type: 'leaf', arm: 'batch', priority: 9 }])
    rig.gates.open('g')
    await whole.result()
    expect(seen).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ])
  })

  test('is charged for what fails, not for splitting, and keeps its results for the next attempt', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const whole = await octopus.enqueue(gathers, { parts: leafs(1), ways: ['throw'] })
    expect(await whole.result()).toEqual({ parts: [1], attempt: 2 })
    expect(await attemptsOf(octopus, whole.id)).toEqual([
      '1 blocked',
      '2 scheduled: threw',
      '3 succeeded',
    ])
    expect(rig.traces.filter(({ type }) => type === 'leaf')).toHaveLength(1)
  })

  test('may split again; the last parts count', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const whole = await octopus.enqueue(gathers, { parts: leafs(1, 2), ways: ['split'] })
    expect(await whole.result()).toEqual({ parts: [2], attempt: 1 })
    expect(await attemptsOf(octopus, whole.id)).toEqual(['1 blocked', '2 blocked', '3 succeeded'])
  })

  test('takes what it enqueued along', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    await (await octopus.enqueue(gathers, { parts: leafs(1), enqueues: 'beside' })).result()
    await octopus.drain()
    expect((await octopus.get('beside'))?.state).toBe('succeeded')
  })

  test('gets bytes from parts that answer with bytes', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const parts = [{ type: 'leaf', payload: { bytes: 3 } }]
    const whole = await octopus.enqueue(gathers, { parts })
    // Bytes inside a result become JSON there; what matters is that they arrived as bytes.
    await expect(whole.result()).rejects.toMatchObject({ failure: { reason: 'unserializable' } })
  })
})

describe('a part that fails for good', () => {
  test('fails its whole, which names it, and cancels the others', async () => {
    await using rig = new Rig()
    const octopus = await open(rig, { arms: { batch: { maxParallel: 2 } } })
    const parts = [
      { type: 'leaf', payload: { gate: 'stays' } },
      { type: 'leaf', payload: { gate: 'fails', fails: true } },
      { type: 'leaf', payload: {}, delay: '1h' },
    ]
    const whole = await octopus.enqueue(gathers, { parts })
    await rig.gates.arrival('stays')
    rig.gates.open('fails')
    const { tasks: all } = await octopus.list({ type: 'leaf' })
    await expect(whole.result()).rejects.toMatchObject({
      failure: { reason: 'part-failed', root: all[1]?.id },
    })
    rig.gates.open('stays')
    await octopus.drain()
    expect(await attemptsOf(octopus, whole.id)).toEqual(['1 blocked', '2 failed: part-failed'])
    expect(await typesAndStates(octopus)).toEqual([
      'gathers failed',
      'leaf cancelled',
      'leaf failed',
      'leaf cancelled',
    ])
  })

  test('far down is the root cause all the way up', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const bottom = [{ type: 'leaf', payload: { says: 0, fails: true } }]
    const middle = [{ payload: { parts: bottom } }]
    const whole = await octopus.enqueue(gathers, { parts: middle })
    const failure = await whole.result().catch((error: { failure: object }) => error.failure)
    const { tasks: roots } = await octopus.list({ type: 'leaf' })
    expect(failure).toMatchObject({ reason: 'part-failed', root: roots[0]?.id })
  })

  test('does not keep the whole from another run, from its beginning', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const parts = [{ type: 'leaf', payload: { fails: true } }]
    const whole = await octopus.enqueue(gathers, { parts })
    await whole.result().catch(() => undefined)
    expect(await octopus.retry(whole.id)).toBe('retried')
    await octopus.drain()
    expect(await attemptsOf(octopus, whole.id)).toEqual([
      '1 blocked',
      '2 failed: part-failed',
      '3 blocked',
      '4 failed: part-failed',
    ])
  })
})

describe('cancelling a whole', () => {
  test('is cancelling its parts, and theirs', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const bottom = [
      { type: 'leaf', payload: { gate: 'stays' } },
      { type: 'leaf', payload: {}, delay: '1h' },
    ]
    const whole = await octopus.enqueue(gathers, { parts: [{ payload: { parts: bottom } }] })
    await rig.gates.arrival('stays')
    expect(await whole.cancel()).toBe('removed')
    await expect(whole.result()).rejects.toMatchObject({ failure: { reason: 'cancelled' } })
    rig.gates.open('stays')
    await octopus.drain()
    expect(await typesAndStates(octopus)).toEqual([
      'gathers cancelled',
      'gathers cancelled',
      'leaf cancelled',
      'leaf cancelled',
    ])
  })

  test('while it is about to split is cancelling it', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    // A part that may have started by then does not end by itself: one that did would rightly have succeeded.
    const parts = [{ type: 'leaf', payload: { gate: 'held' } }]
    const whole = await octopus.enqueue(gathers, { parts, gate: 'splits' })
    await rig.gates.arrival('splits')
    expect(await whole.cancel()).toBe('running')
    rig.gates.open('splits')
    await expect(whole.result()).rejects.toMatchObject({ failure: { reason: 'cancelled' } })
    await octopus.drain()
    const states = await typesAndStates(octopus)
    expect(states[0]).toBe('gathers cancelled')
    expect(states.slice(1).every((state) => state === 'leaf cancelled')).toBe(true)
  })
})

describe('a split that cannot be', () => {
  test.for([
    [[], 'E_USAGE'],
    [[{ type: 'nobody' }], 'E_UNKNOWN_TYPE'],
    [[{ type: 'leaf', payload: 1, id: 'mine' }], 'E_USAGE'],
    [[{ type: 'leaf', payload: 1, after: ['x'] }], 'E_USAGE'],
    [[{ type: 'leaf', priority: 300 }], 'E_CONFIG'],
    [Array.from({ length: 1_001 }, () => ({ type: 'leaf' })), 'E_TOO_LARGE'],
  ] as const)('fails the attempt for good, with its code (%#)', async ([parts, code]) => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const whole = await octopus.enqueue(badSplits, { parts })
    await expect(whole.result()).rejects.toMatchObject({ failure: { reason: 'threw', code } })
    expect(await attemptsOf(octopus, whole.id)).toEqual(['1 failed: threw'])
  })

  test('because its results are too much together fails the whole', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const parts = Array.from({ length: 66 }, () => ({
      type: 'leaf',
      payload: { bytes: 1024 * 1024 },
    }))
    const whole = await octopus.enqueue(gathers, { parts })
    await expect(whole.result()).rejects.toMatchObject({
      failure: { reason: 'threw', code: 'E_TOO_LARGE' },
    })
  })
})

declare const octopus: Octopus

async function typed(): Promise<number> {
  return (await octopus.enqueue(sums, { from: 0, to: 1 })).result()
}
