import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  Octopus,
  OctopusError,
  TaskFailedError,
  type AttemptTrace,
  type EngineEvent,
  type EnqueueOptions,
  type OctopusOptions,
} from '../../src/main/index.ts'
import { chatty, echo, failing, gated, roaming, sum, wide } from '../fixtures/surface.ts'
import { Gates } from '../rig/gates.ts'

const folder = mkdtempSync(join(tmpdir(), 'octopus-surface-'))
let stores = 0

afterAll(() => rmSync(folder, { recursive: true }))

function options(kind: string, more: OctopusOptions = {}): OctopusOptions {
  stores += 1
  return {
    store: kind === 'memory' ? kind : join(folder, `${stores}.db`),
    tasks: new URL('../fixtures/surface.ts', import.meta.url),
    payloadBytesMax: 2_000,
    ...more,
  }
}

describe.each(['memory', 'sqlite'])('over a store of %s', (kind) => {
  let octopus: Octopus
  let gates: Gates

  beforeAll(async () => {
    octopus = await Octopus.open(options(kind))
  })
  afterAll(() => octopus.close())

  function newGates(engine = octopus): Gates {
    gates = new Gates()
    engine.serve({ dreamOps: gates.service })
    return gates
  }

  describe('a task', () => {
    test('by its definition has a typed result', async () => {
      const handle = await octopus.enqueue(sum, { a: 1, of: {} })
      const result: number = await handle.result()
      expect(result).toBe(11)
      expect(handle.created).toBe(true)
      expect(handle.id).toMatch(/^o_/)
    })

    test('by its type runs too, without a payload as null', async () => {
      const three = await octopus.enqueue({ type: 'sum', payload: { a: 1, of: { b: 2 } } })
      const nothing = await octopus.enqueue({ type: 'echo' })
      expect([await three.result(), await nothing.result()]).toEqual([3, null])
    })

    test('takes and gives bytes', async () => {
      const handle = await octopus.enqueue(echo, new Uint8Array([0, 255, 7]))
      const result = await handle.result()
      expect(result).toBeInstanceOf(Uint8Array)
      expect([...(result as Uint8Array)]).toEqual([0, 255, 7])
    })

    test('tells its result long after its end, to each who asks, and to a second handle', async () => {
      const handle = await octopus.enqueue(echo, 'kept', { id: `kept-${kind}` })
      await octopus.drain()
      const again = await octopus.enqueue(echo, 'kept', { id: `kept-${kind}` })
      expect(again).toMatchObject({ id: handle.id, created: false })
      expect(await Promise.all([handle.result(), handle.result(), again.result()])).toEqual([
        'kept',
        'kept',
        'kept',
      ])
    })

    test('with the same id and another payload or type is a conflict', async () => {
      const id = `conflict-${kind}`
      await octopus.enqueue(echo, 1, { id })
      const conflict = { code: 'E_CONFLICT', task: id }
      await expect(octopus.enqueue(echo, 2, { id })).rejects.toMatchObject(conflict)
      await expect(octopus.enqueue({ type: 'failing', payload: 1, id })).rejects.toMatchObject(
        conflict,
      )
    })

    test('tells its progress, and keeps its log, times and payload with its record', async () => {
      const { open, arrival } = bound(newGates())
      const handle = await octopus.enqueue(chatty, null, { priority: 9 })
      await arrival('chatty')
      const told: unknown[] = []
      const both = new Promise<void>((resolve) => {
        handle.on('progress', (progress) => {
          if (told.push(progress) === 2) resolve()
        })
      })
      open('chatty')
      await both
      open('told')
      await handle.result()
      expect(told).toEqual([
        { done: 1, total: 2, note: 'half' },
        { done: 2, total: 2 },
      ])
      const record = await octopus.get(handle.id)
      expect(record).toMatchObject({
        id: handle.id,
        type: 'chatty',
        arm: 'batch',
        priority: 9,
        state: 'succeeded',
        payload: null,
        result: { done: true },
        failure: undefined,
        attempts: [{ attempt: 1, state: 'succeeded' }],
      })
      expect(record?.logs.map(({ level, text }) => [level, text])).toEqual([
        ['debug', 'd'],
        ['warn', 'w'],
      ])
    })

    test('that nobody knows has no record', async () => {
      expect(await octopus.get('nobody')).toBeUndefined()
      expect(await octopus.get('o_zzzzzz')).toBeUndefined()
      expect(await octopus.cancel('nobody')).toBe('unknown')
    })
  })

  describe('refused, with nothing enqueued, is', () => {
    test('a type that no arm serves; the hint lists those there are', async () => {
      await expect(octopus.enqueue({ type: 'sums' })).rejects.toMatchObject({
        code: 'E_UNKNOWN_TYPE',
        hint: expect.stringMatching(/echo, failing, gated/) as unknown,
      })
    })

    test.each<[string, string, unknown, string, RegExp]>([
      ['an unknown key', 'sum', { a: 1, of: { c: 1 } }, 'E_PAYLOAD', /payload\.of\.c/],
      ['a wrong value', 'sum', { a: 1, of: { b: '2' } }, 'E_PAYLOAD', /payload\.of\.b/],
      ['a missing value', 'sum', { of: {} }, 'E_PAYLOAD', /payload\.a/],
      ['what JSON cannot hold', 'echo', { at: [new Date(0)] }, 'E_NOT_JSON', /payload\.at\[0\]/],
      ['too much', 'echo', 'x'.repeat(1_999), 'E_TOO_LARGE', /2001 bytes, the limit is 2000/],
    ])('%s in a payload', async (_, type, payload, code, message) => {
      await expect(octopus.enqueue({ type, payload })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as unknown,
      })
    })

    test.each<[string, EnqueueOptions, string]>([
      ['a misspelt delay', { delay: 'soon' }, 'E_DURATION'],
      ['a negative ttl', { ttl: -1 }, 'E_DURATION'],
      ['a misspelt timeout', { timeout: '1min' }, 'E_DURATION'],
      ['a time that is none', { runAt: new Date(Number.NaN) }, 'E_DURATION'],
      ['priority 256', { priority: 256 }, 'E_CONFIG'],
      ['half a priority', { priority: 0.5 }, 'E_CONFIG'],
      ['no attempt', { attempts: 0 }, 'E_CONFIG'],
      ['an empty id', { id: '' }, 'E_USAGE'],
      ['an id shaped like the engine’s', { id: 'o_1' }, 'E_USAGE'],
      ['an id of 513 characters', { id: 'x'.repeat(513) }, 'E_USAGE'],
      ['an arm that does not serve it', { arm: 'deploy' }, 'E_UNKNOWN_ARM'],
      ['a field no task has', { prio: 1 } as EnqueueOptions, 'E_USAGE'],
    ])('%s', async (_, more, code) => {
      await expect(octopus.enqueue({ type: 'echo', ...more })).rejects.toMatchObject({ code })
    })

    test('a task of an arm that is disabled', async () => {
      octopus.setArm('batch', { enabled: false })
      const refused = octopus.enqueue(echo, 1)
      await expect(refused).rejects.toMatchObject({ code: 'E_ARM_DISABLED', arm: 'batch' })
      octopus.setArm('batch', { enabled: true })
      expect(await (await octopus.enqueue(echo, 1)).result()).toBe(1)
    })
  })

  describe('many tasks', () => {
    const numbers = Array.from({ length: 1_300 }, (_, at) => at)
    const sources: readonly [string, () => Iterable<number> | AsyncIterable<number>][] = [
      ['an array', () => numbers],
      ['a generator', () => generated()],
      ['an async generator', () => generatedSlowly()],
    ]

    test.each(sources)('of %s give their results in order', async (_, source) => {
      const batch = await octopus.enqueueMany(echo, source())
      expect(batch.length).toBe(1_300)
      expect(await Array.fromAsync(batch.results())).toEqual(numbers)
    })

    test('by type keep their ids, and those that exist are not made again', async () => {
      const specs = ['a', 'b', 'a'].map((payload) => ({
        type: 'echo',
        payload,
        id: `many-${kind}-${payload}`,
      }))
      const batch = await octopus.enqueueMany(specs)
      expect([batch.id(0), batch.id(1), batch.id(2)]).toEqual(specs.map(({ id }) => id))
      expect(await Array.fromAsync(batch.results())).toEqual(['a', 'b', 'a'])
      const page = await octopus.list({ ids: specs.map(({ id }) => id) })
      expect(page.tasks).toHaveLength(2)
    })

    test('with one that is wrong name it by its place, and say what was accepted', async () => {
      const payloads = numbers.map((at) => (at === 700 ? { a: 'x', of: {} } : { a: at, of: {} }))
      const refused = octopus.enqueueMany(sum, payloads as { a: number; of: object }[])
      await expect(refused).rejects.toMatchObject({
        code: 'E_PAYLOAD',
        message: expect.stringMatching(/^task 700 of the call: .*payload\.a/) as unknown,
        cause: expect.any(OctopusError) as unknown,
      })
    })

    test('of none are none', async () => {
      const batch = await octopus.enqueueMany(echo, [])
      expect([batch.length, await Array.fromAsync(batch.results())]).toEqual([0, []])
      expect(() => batch.at(0)).toThrow(RangeError)
    })

    function* generated(): Generator<number> {
      yield* numbers
    }

    async function* generatedSlowly(): AsyncGenerator<number> {
      for (const at of numbers) {
        if (at % 400 === 0) await new Promise((resolve) => setImmediate(resolve))
        yield at
      }
    }
  })

  describe('a failure', () => {
    test('is repeated until it succeeds, and the record tells every attempt', async () => {
      const handle = await octopus.enqueue(failing, { how: 'throw', succeedsAt: 3 })
      expect(await handle.result()).toBe(3)
      const record = await octopus.get(handle.id)
      expect(record?.attempts.map(({ state, failure }) => [state, failure?.message])).toEqual([
        ['scheduled', 'not this time'],
        ['scheduled', 'not this time'],
        ['succeeded', undefined],
      ])
      expect(record).toMatchObject({ state: 'succeeded', failure: undefined })
    })

    test('with no attempt left carries the failure and its cause as errors', async () => {
      const handle = await octopus.enqueue(failing, { how: 'throw' }, { attempts: 2 })
      const error = await failed(handle.result())
      expect(error).toMatchObject({
        code: 'E_TASK_FAILED',
        task: handle.id,
        state: 'failed',
        failure: { reason: 'threw', name: 'TypeError', message: 'not this time' },
        cause: {
          name: 'TypeError',
          message: 'not this time',
          cause: { message: 'the disk', code: 'ENOSPC' },
        },
      })
      expect((error.cause as Error).stack).toMatch(/surface\.ts/)
      const record = await octopus.get(handle.id)
      expect(record).toMatchObject({ state: 'failed', attempts: [{}, {}] })
      expect(await failed(handle.result())).toMatchObject({ failure: error.failure })
    })

    test('that is final is not repeated', async () => {
      const handle = await octopus.enqueue(failing, { how: 'final' })
      expect(await failed(handle.result())).toMatchObject({
        failure: { name: 'NonRetryable', final: true },
      })
      expect((await octopus.get(handle.id))?.attempts).toHaveLength(1)
    })

    test('that asks for time gets it', async () => {
      const ends: AttemptTrace[] = []
      const stop = octopus.watch((event) => {
        if (event.kind === 'attempt.ended') ends.push(event.trace)
      })
      const askedAtMs = performance.now()
      const handle = await octopus.enqueue(failing, { how: 'later', succeedsAt: 2 })
      expect(await handle.result()).toBe(2)
      stop()
      expect(performance.now() - askedAtMs).toBeGreaterThanOrEqual(40)
      expect(ends.map(({ attempt, state }) => [attempt, state])).toEqual([
        [1, 'scheduled'],
        [2, 'succeeded'],
      ])
    })

    test('to start in time is a failure by its own name', async () => {
      octopus.pause('batch')
      const handle = await octopus.enqueue(echo, 1, { ttl: 5 })
      const error = await failed(handle.result())
      octopus.resume('batch')
      expect(error.failure.reason).toBe('expired')
      expect((await octopus.get(handle.id))?.state).toBe('failed')
    })
  })

  describe('an arm', () => {
    test('that is paused starts nothing, lets what runs end, and goes on when resumed', async () => {
      const { open, arrival, count } = bound(newGates())
      const running = await octopus.enqueue(gated, { gate: 'first' })
      await arrival('first')
      octopus.pause('batch')
      const waiting = await octopus.enqueue(gated, { gate: 'second' })
      open('first', 'through')
      expect(await running.result()).toBe('through')
      expect(arm('batch')).toMatchObject({ paused: true, activeTasks: 0, ready: 1 })
      expect(count('second')).toBe(0)
      open('second')
      octopus.resume()
      await waiting.result()
      expect(arm('batch')).toMatchObject({ paused: false, ready: 0 })
    })

    test('takes a new width while it runs', async () => {
      const { open, arrival, arrivals, count } = bound(newGates())
      octopus.setArm('batch', { maxParallel: 1 })
      const handles = await octopus.enqueueMany(
        wide,
        Array.from({ length: 6 }, () => ({ gate: 'wide' })),
      )
      await arrival('wide')
      expect(arm('batch')).toMatchObject({ maxParallel: 1, activeTasks: 1, ready: 5 })
      octopus.setArm('batch', { maxParallel: 6 })
      await arrivals('wide', 5)
      expect([arm('batch')?.activeTasks, count('wide')]).toEqual([6, 6])
      open('wide', 'done')
      expect(new Set(await Array.fromAsync(handles.results()))).toEqual(new Set(['done']))
      octopus.setArm('batch', { maxParallel: 4 })
    })

    test('that is disabled keeps what waits and starts it when enabled', async () => {
      octopus.pause('batch')
      const handle = await octopus.enqueue(echo, 'later')
      octopus.setArm('batch', { enabled: false })
      octopus.resume('batch')
      await octopus.drain()
      expect(arm('batch')).toMatchObject({ enabled: false, ready: 1 })
      octopus.setArm('batch', { enabled: true })
      expect(await handle.result()).toBe('later')
    })

    test('serves a type with others: the emptiest that is enabled gets the task', async () => {
      octopus.pause()
      octopus.setArm('watchers', { enabled: false })
      const batch = await octopus.enqueueMany(
        ['1', '2', '3', '4'].map((note) => ({ type: roaming.type, payload: { gate: 'r', note } })),
      )
      const wanted = await octopus.enqueue(roaming, { gate: 'r' }, { arm: 'analytics' })
      newGates().open('r')
      const records = await Promise.all([...batch].map(({ id }) => octopus.get(id)))
      expect(new Set(records.map((record) => record?.arm))).not.toContain('watchers')
      expect((await octopus.get(wanted.id))?.arm).toBe('analytics')
      octopus.setArm('watchers', { enabled: true })
      const spread = await octopus.enqueue(roaming, { gate: 'r' })
      expect((await octopus.get(spread.id))?.arm).toBe('watchers')
      octopus.resume()
      await octopus.drain()
    })

    test.each([0, 257, 1.5])('cannot be %d wide', (maxParallel) => {
      expect(() => octopus.setArm('batch', { maxParallel })).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      )
    })

    test('that is none has an error of its own', () => {
      expect(() => octopus.pause('leg' as 'batch')).toThrow(
        expect.objectContaining({ code: 'E_UNKNOWN_ARM' }),
      )
    })
  })

  describe('the order', () => {
    test('is by priority, then by when it was ready; what is due later comes when it is', async () => {
      const { open, arrival, arrivals } = bound(newGates())
      octopus.setArm('batch', { maxParallel: 1 })
      const first = await octopus.enqueue(gated, { gate: 'first' })
      await arrival('first')
      const started: string[] = []
      const note = (name: string, more: EnqueueOptions = {}) =>
        octopus.enqueue(gated, { gate: 'order', note: name }, more)
      await note('low')
      await note('due', { runAt: Date.now() + 1 })
      await note('high', { priority: 200 })
      await note('higher', { priority: 201 })
      await note('high too', { priority: 200 })
      const late = await note('delayed', { priority: 255, delay: '1h' })
      open('order')
      open('first')
      started.push(...((await arrivals('order', 5)) as string[]))
      await first.result()
      expect(started).toEqual(['higher', 'high', 'high too', 'low', 'due'])
      const record = await octopus.get(late.id)
      expect(record?.state).toBe('scheduled')
      expect(record?.dueAt).toBeGreaterThan(Date.now() + 3_500_000)
      expect(await late.cancel()).toBe('removed')
      await octopus.drain()
      octopus.setArm('batch', { maxParallel: 4 })
    })
  })

  describe('looking', () => {
    test('at many records goes page by page, by state and type', async () => {
      const before = await octopus.enqueueMany(echo, ['p', 'q', 'r', 's', 't'])
      await octopus.drain()
      const ids = [...before].map(({ id }) => id)
      const seen: string[] = []
      let after: number | undefined
      do {
        const page = await octopus.list({
          ids,
          limit: 2,
          ...(after === undefined ? {} : { after }),
        })
        expect(page.tasks.length).toBeLessThanOrEqual(2)
        seen.push(...page.tasks.map(({ id }) => id))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(ids)
      const failures = await octopus.list({ states: ['failed'], type: 'failing' })
      expect(failures.tasks.length).toBeGreaterThan(0)
      for (const { state, type } of failures.tasks)
        expect([state, type]).toEqual(['failed', 'failing'])
      expect((await octopus.list({ states: ['running', 'ready'] })).tasks).toEqual([])
    })

    test('at the whole tells counts and percentiles', () => {
      const status = octopus.status()
      expect(status).toMatchObject({
        state: 'open',
        queuedTasks: 0,
        runningTasks: 0,
        unservedTasks: 0,
      })
      const batch = status.arms.find(({ id }) => id === 'batch')!
      const { run, wait, total } = batch.latency
      expect(batch.processedCount).toBeGreaterThan(0)
      expect(run.count).toBeGreaterThan(0)
      expect(batch.failedCount).toBeGreaterThan(0)
      expect(batch.retriedCount).toBeGreaterThan(0)
      expect(status.lastRunAt).toBeGreaterThanOrEqual(batch.lastRunAt!)
      for (const { p50Us, p90Us, p99Us, maxUs } of [run, wait, total]) {
        expect(p50Us).toBeLessThanOrEqual(p90Us)
        expect(p90Us).toBeLessThanOrEqual(p99Us)
        expect(p99Us).toBeLessThanOrEqual(maxUs)
      }
      expect(Object.keys(status.types)).toEqual(expect.arrayContaining(['echo', 'gated', 'sum']))
    })

    test('as it happens sees what is accepted, how it ended, and arms that change', async () => {
      const events: EngineEvent[] = []
      const stop = octopus.watch((event) => events.push(event))
      const handle = await octopus.enqueue(echo, 'seen')
      await handle.result()
      octopus.pause('deploy')
      octopus.resume('deploy')
      await octopus.drain()
      stop()
      await (await octopus.enqueue(echo, 'unseen')).result()
      expect(events).toMatchObject([
        {
          kind: 'attempt.ended',
          trace: { task: handle.id, type: 'echo', arm: 'batch', attempt: 1, state: 'succeeded' },
        },
        { kind: 'arm.changed', arm: 'deploy', paused: true },
        { kind: 'arm.changed', arm: 'deploy', paused: false },
        { kind: 'engine.draining' },
      ])
    })

    test('back asks NeuralMesh, by task, outcome and time', async () => {
      const handle = await octopus.enqueue(failing, { how: 'throw', succeedsAt: 2 })
      await handle.result()
      const all = await octopus.neuralMesh.recall({ task: handle.id })
      expect(all).toMatchObject([
        { attempt: 2, outcome: 'succeeded', source: 'engine', task: handle.id },
        { attempt: 1, outcome: 'failed', failure: { message: 'not this time' } },
      ])
      const bad = await octopus.neuralMesh.recall({ task: handle.id, outcome: 'failed' })
      expect(bad.map(({ attempt }) => attempt)).toEqual([1])
      expect(await octopus.neuralMesh.recall({ limit: 3 })).toHaveLength(3)
      await octopus.neuralMesh.remember({ source: 'test', noted: true })
    })

    test('is the host’s own NeuralMesh’s too; when it throws, only a count grows', async () => {
      const traces: unknown[] = []
      const remember = (trace: unknown): void => void traces.push(trace)
      octopus.serve({ neuralMesh: { remember } })
      const handle = await octopus.enqueue(echo, 'told')
      await handle.result()
      expect(traces).toMatchObject([{ task: handle.id, state: 'succeeded' }])
      const before = octopus.status().neuralMeshFailures
      const fails = [
        () => Promise.reject(new Error('mesh')),
        () => {
          throw new Error('mesh')
        },
      ]
      for (const refusing of fails) {
        octopus.serve({ neuralMesh: { remember: refusing } })
        expect(await (await octopus.enqueue(echo, 'still')).result()).toBe('still')
      }
      await octopus.drain()
      expect(octopus.status().neuralMeshFailures).toBe(before + 2)
      octopus.serve({})
    })
  })

  function arm(id: string): ReturnType<Octopus['status']>['arms'][number] | undefined {
    return octopus.status().arms.find((one) => one.id === id)
  }

  describe('an engine of its own', () => {
    let own: Octopus | undefined

    afterEach(async () => {
      await own?.close()
      own = undefined
    })

    async function open(more: OctopusOptions): Promise<Octopus> {
      return (own = await Octopus.open(options(kind, more)))
    }

    test('that does not start by itself runs, in each cycle, what was ready at its start', async () => {
      const engine = await open({ autostart: false })
      const here = new Gates()
      const one = await engine.enqueue(gated, { gate: 'one' })
      const cycle = engine.run({ dreamOps: here.service })
      await here.arrival('one')
      const two = await engine.enqueue(echo, 2)
      const joined = engine.run({ dreamOps: here.service })
      here.open('one', 'done')
      expect(await joined).toBe(await cycle)
      expect(await one.result()).toBe('done')
      expect(await cycle).toMatchObject({ processed: 1, failed: 0, retried: 0, unfinished: 0 })
      expect((await engine.get(two.id))?.state).toBe('ready')
      expect(await engine.run()).toMatchObject({ processed: 1 })
      expect(await two.result()).toBe(2)
      expect(await engine.run()).toMatchObject({ processed: 0, unfinished: 0 })
    })

    test('leaves a cycle after waitMs; what runs goes on', async () => {
      const engine = await open({ autostart: false })
      const here = new Gates()
      const one = await engine.enqueue(gated, { gate: 'slow' })
      const failure = await engine.enqueue(failing, { how: 'final' })
      const cycle = engine.run({ dreamOps: here.service }, { waitMs: 1 })
      expect((await cycle).unfinished).toBeGreaterThan(0)
      here.open('slow', 'at last')
      await engine.run({ dreamOps: here.service })
      expect(await one.result()).toBe('at last')
      expect((await failed(failure.result())).failure.final).toBe(true)
    })

    test('that is full waits for room', async () => {
      const engine = await open({ queueDepthMax: 2 })
      engine.pause()
      await engine.enqueue(echo, 1)
      await engine.enqueue(echo, 2)
      let accepted = false
      const third = engine.enqueue(echo, 3).then((handle) => {
        accepted = true
        return handle
      })
      await engine.get('nobody')
      expect(accepted).toBe(false)
      engine.resume()
      expect(await (await third).result()).toBe(3)
    })

    test('that is full refuses when it is told to', async () => {
      const engine = await open({ queueDepthMax: 1, whenFull: 'refuse' })
      engine.pause()
      const first = await engine.enqueue(echo, 1)
      await expect(engine.enqueue(echo, 2)).rejects.toMatchObject({ code: 'E_QUEUE_FULL' })
      await expect(engine.enqueueMany(echo, [2, 3])).rejects.toMatchObject({ code: 'E_QUEUE_FULL' })
      expect(await first.cancel()).toBe('removed')
      expect(await failed(first.result())).toMatchObject({ state: 'cancelled' })
      await engine.enqueue(echo, 2)
    })

    test('that is closed refuses, and leaves nobody waiting', async () => {
      const engine = await open({ queueDepthMax: 1 })
      engine.pause()
      const waiting = await engine.enqueue(echo, 1)
      const result = waiting.result()
      const noRoom = engine.enqueue(echo, 2)
      const closing = engine.close()
      const [waited, refused] = await Promise.allSettled([result, noRoom])
      expect(waited).toMatchObject({ reason: { code: 'E_CLOSED' } })
      expect(refused).toMatchObject({ reason: { code: 'E_CLOSED' } })
      await closing
      await engine.close()
      expect(engine.status().state).toBe('closed')
      await expect(engine.enqueue(echo, 3)).rejects.toMatchObject({ code: 'E_CLOSED' })
      await expect(engine.enqueueMany(echo, [3])).rejects.toMatchObject({ code: 'E_CLOSED' })
      await expect(waiting.result()).rejects.toMatchObject({ code: 'E_CLOSED' })
    })
  })
})

test('a store that is opened again runs what waited and remembers what ended', async () => {
  const path = options('sqlite', { autostart: false })
  const before = await Octopus.open(path)
  const ended = await before.enqueue(echo, 'ended', { id: 'ended' })
  await before.run()
  await before.enqueue(echo, 'waiting', { id: 'waiting' })
  await before.enqueue(echo, 'scheduled', { id: 'scheduled', delay: '1h' })
  await before.close()

  await using after = await Octopus.open({ ...path, autostart: true })
  const waiting = await after.enqueue(echo, 'waiting', { id: 'waiting' })
  expect([waiting.created, await waiting.result()]).toEqual([false, 'waiting'])
  const again = await after.enqueue(echo, 'ended', { id: ended.id })
  expect([again.created, await again.result()]).toEqual([false, 'ended'])
  expect(await after.get('scheduled')).toMatchObject({ state: 'scheduled', payload: 'scheduled' })
  expect(await after.neuralMesh.recall({ task: 'ended' })).toHaveLength(1)
})

/** The gates' verbs, free of their object. */
function bound(gates: Gates) {
  return {
    open: (name: string, value?: unknown) => gates.open(name, value),
    arrival: (name: string) => gates.arrival(name),
    arrivals: (name: string, count: number) => gates.arrivals(name, count),
    count: (name: string) => gates.count(name),
  }
}

async function failed(result: Promise<unknown>): Promise<TaskFailedError> {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof TaskFailedError) return error
  throw new Error('it did not fail as a task fails', { cause: error })
}
