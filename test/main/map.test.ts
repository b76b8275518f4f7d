import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OctopusError, type Mapped } from '../../src/main/index.ts'
import { hold } from '../fixtures/controlled.ts'
import { Rig } from '../rig/engine.ts'

const folder = join(import.meta.dirname, '../fixtures/functions')
const plain = join(folder, 'plain.ts')

describe('map over a plain function', () => {
  test('gives every input its result, as they end or in their order', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const inputs = Array.from({ length: 300 }, (_, n) => n)
    const asTheyEnd = await collected(octopus.map<number>(`${plain}#evenWaits`, inputs))
    const inOrder = await collected(
      octopus.map<number>({ module: plain, export: 'evenWaits' }, inputs, { ordered: true }),
    )
    expect(inOrder.map(({ index, input }) => [index, input])).toEqual(inputs.map((n) => [n, n]))
    expect(inOrder.map(resultOf)).toEqual(inputs)
    expect(new Set(asTheyEnd.map(resultOf))).toEqual(new Set(inputs))
    expect(asTheyEnd.map(resultOf)).not.toEqual(inputs)
    expect(inOrder.every(({ ms }, n) => ms >= (n % 2 === 0 ? 4 : 0))).toBe(true)
  })

  test('finds it by path, URL and export, by default or as the only one', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const url = pathToFileURL(plain)
    for (const ref of [
      plain,
      url,
      url.href,
      `${plain}#default`,
      { module: url, export: 'default' },
    ])
      expect((await collected(octopus.map(ref, [21]))).map(resultOf)).toEqual([42])
    const only = await collected(octopus.map(join(folder, 'only.ts'), ['loud']))
    expect(only.map(resultOf)).toEqual(['LOUD'])
    expect(octopus.types().filter((type) => type.startsWith('map:plain:default:'))).toHaveLength(1)
  })

  test('hands it the context of a task', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const options = { id: (name: string) => `described:${name}` }
    const [one] = await collected(octopus.map(`${plain}#describeInput`, ['a'], options))
    expect(one).toMatchObject({
      id: 'described:a',
      result: { input: 'a', attempt: 1, id: 'described:a' },
    })
  })

  test.for([
    [
      `${plain}#nothing`,
      /exports no 'nothing'/,
      '#default, #describeInput, #evenWaits, #oddFails, #sizeOf',
    ],
    [`${plain}#settings`, /exports 'settings', which is no function and no task/, '#default'],
    [join(folder, '../broken/same.ts') + '#x', /exports no 'x'/, '#'],
    [join(folder, '../idle-child.ts'), /./, ''],
  ] as const)('names the exports there are instead of %s', async ([ref, what, hint]) => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const error = await errorOf(collected(octopus.map(ref, [1])))
    expect(error.message).toMatch(what)
    expect(error.hint).toContain(hint)
  })

  test('says what to do with a closure', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const closure: unknown = (n: number) => n
    const error = await errorOf(collected(octopus.map(closure as string, [1])))
    expect([error.code, error.message]).toEqual([
      'E_USAGE',
      'a function cannot cross into another thread',
    ])
    expect(error.hint).toContain("'./resize.ts#resize'")
  })
})

describe('map', () => {
  test('gives failures as values, and goes on', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const mapped = await collected(
      octopus.map<number>(`${plain}#oddFails`, [0, 1, 2, 3], { ordered: true, attempts: 1 }),
    )
    expect(mapped.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'succeeded', 'failed'])
    expect(mapped[1]).toMatchObject({ failure: { reason: 'threw', name: 'RangeError' } })
  })

  test('gives an input that cannot be stored as a failure of its own', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const inputs: unknown[] = [1, new Date(0), 3]
    const mapped = await collected(octopus.map(plain, inputs, { ordered: true }))
    expect(mapped.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'succeeded'])
    expect(mapped[1]).toMatchObject({
      id: undefined,
      failure: { reason: 'payload-invalid', code: 'E_NOT_JSON' },
    })
  })

  test('reads no further ahead than its window', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    let read = 0
    let ahead = 0
    let given = 0
    function* inputs(): Generator<number> {
      for (let n = 0; n < 2_000; n++) {
        read += 1
        ahead = Math.max(ahead, read - given)
        yield n
      }
    }
    const map = octopus.map<number>(plain, inputs(), { window: 50 })
    expect(read).toBe(0)
    for await (const { input } of map) given += input >= 0 ? 1 : 0
    expect([read, given]).toEqual([2_000, 2_000])
    expect(ahead).toBeLessThanOrEqual(51)
  })

  test('takes inputs as they come from an asynchronous source', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    const told: unknown[] = []
    const arrived = Promise.withResolvers<void>()
    async function* inputs(): AsyncGenerator<number> {
      yield 1
      // The second is made only once the first one's result is there.
      await arrived.promise
      yield 2
    }
    for await (const mapped of octopus.map<number>(plain, inputs())) {
      told.push(resultOf(mapped))
      arrived.resolve()
    }
    expect(told).toEqual([2, 4])
  })

  test('cancels what waits when the loop is left, and lets what runs end', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: { batch: { maxParallel: 1 } } })
    const inputs = ['first', 'second', 'third'].map((gate) => ({ gate }))
    const map = octopus.map(hold, inputs, { id: ({ gate }) => gate })
    const first = map.next()
    await rig.gates.arrival('first')
    rig.gates.open('first', 'passed')
    await first
    await rig.gates.arrival('second')
    await map.return()
    const states = async (): Promise<unknown[]> =>
      Promise.all(['first', 'second', 'third'].map(async (id) => (await octopus.get(id))?.state))
    expect(await states()).toEqual(['succeeded', 'running', 'cancelled'])
    rig.gates.open('second')
    await octopus.drain()
    expect(await states()).toEqual(['succeeded', 'succeeded', 'cancelled'])
    expect(await map.next()).toEqual({ done: true, value: undefined })
  })

  test('stops at the first failure when asked to, and still gives what ran', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: { batch: { maxParallel: 1 } } })
    const inputs = Array.from({ length: 5_000 }, (_, n) => n + 1)
    const options = { attempts: 1, stopOnFailure: true, ordered: true, window: 100 }
    const mapped = await collected(octopus.map<number>(`${plain}#oddFails`, inputs, options))
    expect(mapped[0]).toMatchObject({ state: 'failed', input: 1 })
    expect(mapped.length).toBeLessThanOrEqual(100)
    expect(octopus.status().queuedTasks).toBe(0)
  })

  test('throws the reason of its signal, and cancels what runs too', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ arms: { batch: { maxParallel: 1 } } })
    const abort = new AbortController()
    const inputs = ['one', 'two'].map((gate) => ({ gate }))
    const { signal } = abort
    const map = octopus.map(hold, inputs, { id: ({ gate }) => gate, signal })
    const next = map.next()
    await rig.gates.arrival('one')
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
    expect(await map.next()).toEqual({ done: true, value: undefined })
    await octopus.drain()
    expect((await octopus.get('one'))?.state).toBe('cancelled')
    expect((await octopus.get('two'))?.state).toBe('cancelled')
  })

  test('passes on the error of its inputs, once', async () => {
    await using rig = new Rig()
    const octopus = await rig.open()
    function* inputs(): Generator<number> {
      yield 1
      throw new Error('no more')
    }
    const map = octopus.map<number>(plain, inputs())
    await expect(collected(map)).rejects.toThrow('no more')
    expect(await map.next()).toEqual({ done: true, value: undefined })
  })

  test('ends with E_CLOSED when its engine is closed, and cancels nothing then', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const octopus = await rig.open({ store, autostart: false })
    const next = octopus.map<number>(plain, [1, 2, 3], { id: (n) => `n${n}` }).next()
    next.catch(() => undefined)
    while (octopus.status().queuedTasks < 3) await new Promise((resolve) => setImmediate(resolve))
    await octopus.close()
    await expect(next).rejects.toThrow('the engine is closed')
    const again = await rig.open({ store })
    const mapped = await collected(again.map<number>(plain, [1, 2, 3], { id: (n) => `n${n}` }))
    expect(new Set(mapped.map(resultOf))).toEqual(new Set([2, 4, 6]))
  })

  test('with ids that stay the same runs nothing twice, and gives what there was', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    const options = { id: (n: number) => `n${n}`, attempts: 1 }
    const first = await rig.open({ store })
    await collected(first.map<number>(`${plain}#oddFails`, [0, 1, 2], options))
    await first.close()
    const attempts = rig.traces.length
    const second = await rig.open({ store })
    const again = await collected(
      second.map<number>(`${plain}#oddFails`, [0, 1, 2, 4], { ...options, ordered: true }),
    )
    expect(again.map(({ state }) => state)).toEqual([
      'succeeded',
      'failed',
      'succeeded',
      'succeeded',
    ])
    expect(rig.traces.length - attempts).toBe(1)
  })

  test('holds a bounded part of a long iterable, not all of it', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ store: rig.at('state.db') })
    const count = 16_000
    const heap = [liveHeap()]
    let given = 0
    function* inputs(): Generator<{ n: number; ballast: string }> {
      for (let n = 0; n < count; n++) yield { n, ballast: `${n} `.padEnd(3_000, 'x') }
    }
    for await (const { state } of octopus.map(`${plain}#sizeOf`, inputs(), { window: 500 })) {
      if (state === 'succeeded') given += 1
      rig.events.length = 0
      if (given % 4_000 === 0) heap.push(liveHeap())
    }
    expect(given).toBe(count)
    // The inputs alone are 48 MB.
    expect(Math.max(...heap) - (heap[0] ?? 0)).toBeLessThan(16 * 2 ** 20)
  })
})

function liveHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') Reflect.apply(collect, undefined, [])
  return process.memoryUsage().heapUsed
}

async function collected<T>(map: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of map) all.push(one)
  return all
}

function resultOf<Input, Result>(mapped: Mapped<Input, Result>): unknown {
  return mapped.state === 'succeeded' ? mapped.result : mapped.failure
}

async function errorOf(promise: Promise<unknown>): Promise<OctopusError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof OctopusError) return error
  throw new Error(`no OctopusError but ${String(error)}`)
}
