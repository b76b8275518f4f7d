import { describe, expect, test } from 'vitest'
import type { Octopus, OctopusOptions } from '../../src/main/index.ts'
import { child, careless, floods, leaks, parent, tries, unsendable } from '../fixtures/enqueues.ts'
import { attemptsOf, Rig } from '../rig/engine.ts'

const tasks = new URL('../fixtures/enqueues.ts', import.meta.url)
const named = (name: string, id = name): { type: string; id: string; payload: object } => ({
  type: 'child',
  id,
  payload: { name },
})

function open(rig: Rig, options: OctopusOptions = {}): Promise<Octopus> {
  return rig.open({ tasks, ...options })
}

async function statesOf(octopus: Octopus, ...ids: string[]): Promise<string[]> {
  const records = await Promise.all(ids.map((id) => octopus.get(id)))
  return records.map((record) => record?.state ?? 'unknown')
}

describe('a handler that enqueues', () => {
  test.for(['memory', 'sqlite'] as const)(
    'has its tasks run once it has succeeded, and not before (%s)',
    async (kind) => {
      await using rig = new Rig()
      const octopus = await open(rig, { store: kind === 'memory' ? kind : rig.at('state.db') })
      const handle = await octopus.enqueue(parent, null)
      await rig.gates.arrival('enqueued')
      expect(await statesOf(octopus, 'one', 'two', 'three')).toEqual(Array(3).fill('unknown'))
      expect(octopus.status().queuedTasks).toBe(0)
      rig.gates.open('enqueued')
      expect(await handle.result()).toBe('done')
      expect(await statesOf(octopus, 'one', 'two', 'three')).not.toContain('unknown')
      const ended = (await octopus.enqueue(child, { name: 'three' }, { id: 'three' })).result()
      expect(await ended).toBe('three')
      await octopus.drain()
      expect((await octopus.get('two'))?.priority).toBe(9)
      const children = rig.traces.filter(({ type }) => type === 'child')
      expect(children.map(({ task }) => task).sort()).toEqual(['one', 'three', 'two'])
    },
  )

  test.for([
    ['throw', '1 scheduled: threw'],
    ['exit', '1 scheduled: worker-exited'],
  ] as const)(
    'and ends in %s has enqueued nothing; its next attempt counts',
    async ([way, end]) => {
      await using rig = new Rig()
      const octopus = await open(rig)
      const handle = await octopus.enqueue(tries, {
        specs: [named('a'), { type: 'child', payload: { name: 'b' } }],
        ways: [way, 'return'],
      })
      expect(await handle.result()).toEqual(['held', 'held'])
      await octopus.drain()
      expect(await attemptsOf(octopus, handle.id)).toEqual([end, '2 succeeded'])
      expect(rig.traces.filter(({ type }) => type === 'child')).toHaveLength(2)
    },
  )

  test('and is cancelled has enqueued nothing', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const handle = await octopus.enqueue(tries, { specs: [named('a')], gate: 'held' })
    await rig.gates.arrival('held')
    expect(await handle.cancel()).toBe('running')
    await expect(handle.result()).rejects.toMatchObject({ failure: { reason: 'cancelled' } })
    expect(await statesOf(octopus, 'a')).toEqual(['unknown'])
  })

  test('and is handed back by a closing engine has enqueued nothing yet', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const first = await open(rig, { store })
    await first.enqueue(tries, { specs: [named('a')], gate: 'held' }, { id: 'p' })
    await rig.gates.arrival('held')
    await first.close({ grace: 0 })
    const second = await open(rig, { store, autostart: false })
    expect(await statesOf(second, 'p', 'a')).toEqual(['ready', 'unknown'])
    rig.gates.open('held')
    second.start()
    await second.drain()
    expect(await statesOf(second, 'p', 'a')).toEqual(['succeeded', 'succeeded'])
    expect(await attemptsOf(second, 'p')).toEqual(['1 succeeded'])
  })

  test('is not kept waiting by a full queue, nor refused', async () => {
    await using rig = new Rig()
    const octopus = await open(rig, { queueDepthMax: 1, whenFull: 'refuse' })
    const handle = await octopus.enqueue(tries, { specs: [named('a'), named('b'), named('c')] })
    await handle.result()
    await octopus.drain()
    expect(await statesOf(octopus, 'a', 'b', 'c')).toEqual(Array(3).fill('succeeded'))
  })

  test('need not await its calls', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const specs = Array.from({ length: 100 }, (_, at) => named(`c${at}`))
    const handle = await octopus.enqueue(careless, { specs })
    expect(await handle.result()).toBeNull()
    await octopus.drain()
    expect(rig.traces.filter(({ type }) => type === 'child')).toHaveLength(100)
  })

  test('must do so in its own attempt', async () => {
    await using rig = new Rig()
    const octopus = await open(rig, { arms: { batch: { maxParallel: 1 } } })
    expect(await (await octopus.enqueue(leaks, null)).result()).toBe('kept')
    expect(await (await octopus.enqueue(leaks, null)).result()).toMatch(/attempt that asks is over/)
  })
})

describe('a call that cannot be', () => {
  const bad = [
    [{ type: 'nobody' }, 'E_UNKNOWN_TYPE'],
    [{ type: 'child', payload: { nom: 1 } }, 'E_PAYLOAD'],
    [{ ...named('a'), delay: 'soon' }, 'E_DURATION'],
    [{ ...named('a'), priority: 256 }, 'E_CONFIG'],
    [{ ...named('a'), id: 'o_1' }, 'E_USAGE'],
    [{ ...named('a'), arm: 'deploy' }, 'E_UNKNOWN_ARM'],
    [{ ...named('a'), prority: 1 }, 'E_USAGE'],
  ] as const

  test('throws at once, with the code that Octopus.enqueue has for it, and may be caught', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const specs = bad.map(([spec]) => spec)
    const handle = await octopus.enqueue(tries, { specs, caught: true })
    expect(await handle.result()).toEqual(bad.map(([, code]) => code))
  })

  test.for([tries, careless])('fails the attempt for good when nobody catches it', async (task) => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const specs = [named('a'), { type: 'nobody' }, named('b')]
    const handle = await octopus.enqueue({ type: task.type, payload: { specs } })
    await expect(handle.result()).rejects.toMatchObject({
      failure: { reason: 'threw', code: 'E_UNKNOWN_TYPE', final: true },
    })
    expect(await attemptsOf(octopus, handle.id)).toEqual(['1 failed: threw'])
    expect(await statesOf(octopus, 'a', 'b')).toEqual(['unknown', 'unknown'])
  })

  test('because nothing like it can be sent says so', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    const handle = await octopus.enqueue(unsendable, null)
    await expect(handle.result()).rejects.toMatchObject({ failure: { code: 'E_NOT_JSON' } })
  })

  test.for([
    [10_000, 1, 'succeeded'],
    [10_001, 1, 'failed'],
    [70, 1_000_000, 'failed'],
  ] as const)(
    'because an attempt has its bounds: %i of %i bytes',
    async ([count, bytes, state]) => {
      await using rig = new Rig()
      const octopus = await open(rig)
      const handle = await octopus.enqueue(floods, { count, bytes })
      const failure = await handle.result().then(
        () => undefined,
        (error: { failure: object }) => error.failure,
      )
      expect((await octopus.get(handle.id))?.state).toBe(state)
      expect(failure).toEqual(
        state === 'failed' ? expect.objectContaining({ code: 'E_TOO_LARGE' }) : undefined,
      )
      expect(octopus.status().arms.find(({ id }) => id === 'streams')?.scheduled).toBe(
        state === 'failed' ? 0 : count,
      )
    },
  )
})

describe('an id', () => {
  test('that a task with the same payload has is nothing new', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    await (await octopus.enqueue(child, { name: 'a' }, { id: 'a' })).result()
    const handle = await octopus.enqueue(tries, { specs: [named('a'), named('b'), named('b')] })
    expect(await handle.result()).toEqual(['held', 'held', 'held'])
    await octopus.drain()
    expect(rig.traces.filter(({ type }) => type === 'child')).toHaveLength(2)
  })

  test('that another task has throws at the call; so do two of one attempt', async () => {
    await using rig = new Rig()
    const octopus = await open(rig)
    await octopus.enqueue(child, { name: 'a' }, { id: 'a' })
    const specs = [named('other', 'a'), named('b'), named('other', 'b')]
    const handle = await octopus.enqueue(tries, { specs, caught: true })
    expect(await handle.result()).toEqual(['E_CONFLICT', 'held', 'E_CONFLICT'])
    await octopus.drain()
    expect((await octopus.get('b'))?.payload).toEqual({ name: 'b' })
  })

  test.for(['memory', 'sqlite'] as const)(
    'that another task takes before the commit fails the attempt instead (%s)',
    async (kind) => {
      await using rig = new Rig()
      const octopus = await open(rig, { store: kind === 'memory' ? kind : rig.at('state.db') })
      const specs = [named('b'), named('a')]
      const handle = await octopus.enqueue(tries, { specs, gate: 'held' })
      await rig.gates.arrival('held')
      await octopus.enqueue(child, { name: 'quicker' }, { id: 'a' })
      rig.gates.open('held')
      await expect(handle.result()).rejects.toMatchObject({
        failure: {
          reason: 'threw',
          code: 'E_CONFLICT',
          message: expect.stringContaining("'a'") as string,
        },
      })
      expect(await attemptsOf(octopus, handle.id)).toEqual(['1 failed: threw'])
      expect(await statesOf(octopus, 'b')).toEqual(['unknown'])
      const [trace] = rig.traces.filter(({ type }) => type === 'tries')
      expect(trace).toMatchObject({ state: 'failed', failure: { code: 'E_CONFLICT' } })
    },
  )
})
