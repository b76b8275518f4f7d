import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { declareTask, defineTask, type AnyTask } from '../../src/arms/define-task.ts'
import {
  BATCH_TASKS_MAX,
  batchAdmission,
  isShort,
  SHORT_MS,
  type BatchLimits,
  type TypePace,
} from '../../src/main/batch-sizing.ts'
import { OPTIONS, resolveConfig, type OctopusOptions } from '../../src/main/config.ts'
import { TaskRegistry, type DefaultRules } from '../../src/main/registry.ts'
import { retryDelayMs } from '../../src/main/retry.ts'
import { route, type ArmLoad } from '../../src/main/router.ts'
import { settle, type RetryPolicy } from '../../src/main/settle.ts'
import { FAILURE_REASONS, isRetryable, type Failure } from '../../src/protocol/outcome.ts'
import { ARM_IDS, type Backoff } from '../../src/protocol/task.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const backoffs: fc.Arbitrary<Backoff> = fc
  .record({
    kind: fc.constantFrom('exponential' as const, 'fixed' as const),
    minMs: fc.nat(10_000_000),
    maxMs: fc.nat(1_000_000_000),
    jitter: fc.boolean(),
  })
  .map((backoff) => ({ ...backoff, maxMs: Math.max(backoff.minMs, backoff.maxMs) }))
const attempts = fc.integer({ min: 1, max: 1_000 })

describe('the wait after a failure', () => {
  test.each([
    [1, 100],
    [2, 200],
    [3, 400],
    [4, 500],
    [1_000, 500],
  ])('after attempt %i is %i ms: it doubles up to the maximum', (attempt, ms) => {
    const backoff: Backoff = { kind: 'exponential', minMs: 100, maxMs: 500, jitter: false }
    expect(retryDelayMs(backoff, attempt, 0.5)).toBe(ms)
  })

  test('is the same every time when fixed', () => {
    const backoff: Backoff = { kind: 'fixed', minMs: 100, maxMs: 500, jitter: false }
    expect([1, 2, 50].map((attempt) => retryDelayMs(backoff, attempt, 0))).toEqual([100, 100, 100])
  })

  test('is never longer than the maximum, never less than half the minimum', () => {
    fc.assert(
      fc.property(backoffs, attempts, chance, (backoff, attempt, random) => {
        const ms = retryDelayMs(backoff, attempt, random)
        expect(ms).toBeLessThanOrEqual(backoff.maxMs)
        expect(ms).toBeGreaterThanOrEqual(backoff.minMs / 2)
      }),
    )
  })

  test('with jitter lies in the upper half of the wait without', () => {
    fc.assert(
      fc.property(backoffs, attempts, chance, (backoff, attempt, random) => {
        const wholeMs = retryDelayMs({ ...backoff, jitter: false }, attempt, random)
        const ms = retryDelayMs({ ...backoff, jitter: true }, attempt, random)
        expect(ms).toBeLessThanOrEqual(wholeMs)
        expect(ms).toBeGreaterThanOrEqual(wholeMs / 2)
      }),
    )
  })
})

describe('what follows from an outcome', () => {
  const policy: RetryPolicy = {
    attemptsMax: 3,
    backoff: { kind: 'fixed', minMs: 100, maxMs: 100, jitter: false },
  }
  const failed = (failure: Partial<Failure>) =>
    ({ kind: 'failed', failure: { reason: 'threw', message: 'm', ...failure } }) as const

  test('a success is a success at any attempt', () => {
    const result = { bytes: new Uint8Array(0), binary: false }
    expect(settle({ kind: 'succeeded', result }, 9, policy, 0)).toEqual({ to: 'succeeded' })
  })

  test('a failure is repeated until the attempts are used up', () => {
    const moves = [1, 2, 3, 4].map((attempt) => settle(failed({}), attempt, policy, 0))
    expect(moves).toEqual([
      { to: 'scheduled', delayMs: 100 },
      { to: 'scheduled', delayMs: 100 },
      { to: 'failed' },
      { to: 'failed' },
    ])
  })

  test('the longer of both waits counts when the handler asked for one', () => {
    const waits = [30, 100, 5_000].map((retryAfterMs) =>
      settle(failed({ retryAfterMs }), 1, policy, 0),
    )
    expect(waits).toEqual([100, 100, 5_000].map((delayMs) => ({ to: 'scheduled', delayMs })))
  })

  test('every reason has its end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FAILURE_REASONS),
        fc.boolean(),
        attempts,
        (reason, final, at) => {
          const outcome = failed({ reason, ...(final ? { final } : {}) })
          const { to } = settle(outcome, at, policy, 0)
          if (reason === 'cancelled') expect(to).toBe('cancelled')
          else expect(to).toBe(isRetryable(outcome.failure) && at < 3 ? 'scheduled' : 'failed')
        },
      ),
    )
  })
})

describe('the router', () => {
  const load = fc.record({
    id: fc.constantFrom(...ARM_IDS),
    enabled: fc.boolean(),
    queued: fc.nat(1_000_000),
    slots: fc.integer({ min: 1, max: 256 }),
    meanRunMs: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e6, noNaN: true })),
  })
  const waitMs = (arm: ArmLoad): number => (arm.queued * (arm.meanRunMs || 1)) / arm.slots

  test('takes an arm that is enabled and whose queue is worked off first', () => {
    const loads = fc.uniqueArray(load, { selector: ({ id }) => id, maxLength: 8 })
    fc.assert(
      fc.property(loads, (arms) => {
        const open = arms.filter(({ enabled }) => enabled)
        const chosen = open.find(({ id }) => id === route(arms))
        expect(chosen === undefined).toBe(open.length === 0)
        for (const arm of open) expect(waitMs(chosen!)).toBeLessThanOrEqual(waitMs(arm))
      }),
    )
  })

  test.each<[string, readonly Partial<ArmLoad>[], number | undefined]>([
    ['the first of equals', [{}, {}], 0],
    ['the shorter queue', [{ queued: 3 }, { queued: 2 }], 1],
    [
      'the quicker arm',
      [
        { queued: 9, meanRunMs: 1 },
        { queued: 2, meanRunMs: 50 },
      ],
      0,
    ],
    [
      'the wider arm',
      [
        { queued: 4, slots: 1 },
        { queued: 6, slots: 4 },
      ],
      1,
    ],
    ['the busy one when the idle one is disabled', [{ enabled: false }, { queued: 9 }], 1],
    ['none when all are disabled', [{ enabled: false }, { enabled: false }], undefined],
    ['none of none', [], undefined],
  ])('takes %s', (_, parts, expected) => {
    const arms = parts.map((part, at) => ({ ...idle(), id: ARM_IDS[at]!, ...part }))
    expect(route(arms)).toBe(expected === undefined ? undefined : ARM_IDS[expected])
  })

  function idle(): Omit<ArmLoad, 'id'> {
    return { enabled: true, queued: 0, slots: 2, meanRunMs: 0 }
  }
})

describe('a batch', () => {
  const paces: Readonly<Record<string, TypePace>> = {
    tiny: { runMs: 0.001, fresh: false },
    brief: { runMs: 0.1, fresh: false },
    medium: { runMs: 1.5, fresh: false },
    long: { runMs: 50, fresh: false },
    new: { runMs: undefined, fresh: false },
    fresh: { runMs: 0.001, fresh: true },
  }
  const types = fc.array(fc.constantFrom(...Object.keys(paces)), { maxLength: 30 })
  const limits: fc.Arbitrary<BatchLimits> = fc.record({
    ready: fc.nat(5_000),
    slots: fc.integer({ min: 1, max: 16 }),
    shortAllowed: fc.boolean(),
  })

  test('holds tasks that are short, or one that may not be', () => {
    fc.assert(
      fc.property(types, limits, (queue, limit) => {
        const batch = admitted(queue, limit)
        if (batch.length > 1) for (const type of batch) expect(isShort(paces[type]!)).toBe(true)
        const alone = queue[0] !== undefined && !isShort(paces[queue[0]]!)
        if (alone) expect(batch).toEqual([queue[0]])
        if (!alone && !limit.shortAllowed) expect(batch).toEqual([])
        if (queue.length > 0 && limit.shortAllowed) expect(batch.length).toBeGreaterThan(0)
      }),
    )
  })

  test('is the head of the order: once one stays behind, all after it do', () => {
    fc.assert(
      fc.property(types, limits, (queue, limit) => {
        const admit = batchAdmission((type) => paces[type]!, limit)
        const answers = queue.map((type) => admit(type))
        expect(answers.lastIndexOf(true)).toBe(answers.filter(Boolean).length - 1)
      }),
    )
  })

  test('lasts about 4 ms, and is a thread’s share or worth less than a quarter of one', () => {
    fc.assert(
      fc.property(types, limits, (queue, limit) => {
        const batch = admitted(queue, limit)
        if (batch.length < 2) return
        const plannedMs = batch.reduce((sum, type) => sum + paces[type]!.runMs!, 0)
        const share = Math.ceil(limit.ready / limit.slots)
        expect(plannedMs).toBeLessThanOrEqual(4 + 1e-9)
        expect(batch.length <= share || plannedMs <= 0.25 + 1e-9).toBe(true)
      }),
    )
  })

  test.each<[string, string, Partial<BatchLimits>, number]>([
    ['512 tasks at most', 'tiny', { ready: 100_000, slots: 1 }, BATCH_TASKS_MAX],
    ['4 ms of work', 'brief', { ready: 100_000, slots: 1 }, 39],
    ['two of 1.5 ms', 'medium', { ready: 100_000, slots: 1 }, 2],
    ['one that is long', 'long', {}, 1],
    ['one not measured yet', 'new', {}, 1],
    ['one that wants a fresh thread', 'fresh', {}, 1],
    ['250 µs of work even beyond a thread’s share', 'tiny', { ready: 10, slots: 10 }, 249],
    ['its share alone when that is more work', 'medium', { ready: 2, slots: 2 }, 1],
    ['nothing short when no more may be in flight', 'tiny', { shortAllowed: false }, 0],
    ['a long one all the same', 'long', { shortAllowed: false }, 1],
  ])('takes %s', (_, type, part, count) => {
    const limit = { ready: 1_000, slots: 2, shortAllowed: true, ...part }
    const taken = admitted(
      Array.from({ length: 1_000 }, () => type),
      limit,
    ).length
    // Sums of floating-point work may end one task to either side.
    expect(Math.abs(taken - count)).toBeLessThanOrEqual(count > 3 && count < 512 ? 1 : 0)
  })

  test('is short below 2 ms', () => {
    expect(isShort({ runMs: SHORT_MS, fresh: false })).toBe(false)
    expect(isShort({ runMs: SHORT_MS - 0.001, fresh: false })).toBe(true)
    expect(isShort({ runMs: 0, fresh: false })).toBe(true)
  })

  function admitted(queue: readonly string[], limit: BatchLimits): string[] {
    const admit = batchAdmission((type) => paces[type]!, limit)
    return queue.filter((type) => admit(type))
  }
})

describe('the registry', () => {
  const defaults: DefaultRules = {
    attempts: 3,
    backoff: { kind: 'exponential', minMs: 1_000, maxMs: 600_000, jitter: true },
    timeoutMs: undefined,
    ttlMs: 60_000,
    priority: 7,
  }
  const module = { url: 'file:///tasks.ts', exportName: 'task' }
  const task = (part: object = {}): AnyTask =>
    defineTask({ type: 'a', arm: 'batch', run: () => null, ...part })
  const added = (part: object) => {
    const registry = new TaskRegistry(defaults)
    registry.add(task(part), module)
    return registry.need('a')
  }

  test('fills in the rules a definition leaves open', () => {
    expect(added({})).toMatchObject({
      arms: ['batch'],
      location: { type: 'a', module: module.url, exportName: 'task' },
      policy: { attemptsMax: 3, backoff: defaults.backoff },
      timeoutMs: undefined,
      ttlMs: 60_000,
      priority: 7,
      terminable: true,
      fresh: false,
    })
  })

  test('lets a definition say its own', () => {
    const rules = added({
      arm: ['deploy', 'batch'],
      attempts: 1,
      backoff: { kind: 'fixed', min: '5s', jitter: false },
      timeout: '2m',
      ttl: 0,
      priority: 255,
      terminable: false,
      fresh: true,
    })
    expect(rules).toMatchObject({
      arms: ['deploy', 'batch'],
      policy: {
        attemptsMax: 1,
        backoff: { kind: 'fixed', minMs: 5_000, maxMs: 600_000, jitter: false },
      },
      timeoutMs: 120_000,
      ttlMs: 0,
      priority: 255,
      terminable: false,
      fresh: true,
    })
  })

  test('raises the longest wait to the shortest', () => {
    expect(added({ backoff: { min: '1h' } }).policy.backoff).toMatchObject({
      minMs: 3_600_000,
      maxMs: 3_600_000,
    })
  })

  test.each<[string, object, string]>([
    ['an upper-case type', { type: 'Thumbs' }, 'E_CONFIG'],
    ['a path for a type', { type: '../thumbs' }, 'E_CONFIG'],
    ['an empty type', { type: '' }, 'E_CONFIG'],
    ['a type of 129 characters', { type: 'a'.repeat(129) }, 'E_CONFIG'],
    ['an arm that is none', { arm: 'leg' }, 'E_CONFIG'],
    ['an arm that is none among others', { arm: ['batch', 'leg'] }, 'E_CONFIG'],
    ['no attempt', { attempts: 0 }, 'E_CONFIG'],
    ['half an attempt', { attempts: 1.5 }, 'E_CONFIG'],
    ['1,001 attempts', { attempts: 1_001 }, 'E_CONFIG'],
    ['priority 256', { priority: 256 }, 'E_CONFIG'],
    ['priority -1', { priority: -1 }, 'E_CONFIG'],
    ['a fractional priority', { priority: 0.5 }, 'E_CONFIG'],
    ['a misspelt timeout', { timeout: '5 sec' }, 'E_DURATION'],
    ['a negative ttl', { ttl: -1 }, 'E_DURATION'],
    ['a misspelt backoff', { backoff: { min: 'soon' } }, 'E_DURATION'],
  ])('refuses %s', (_, part, code) => {
    expect(() => added(part)).toThrow(expect.objectContaining({ code }))
  })

  test('refuses a second task of a type, and takes the same one twice', () => {
    const registry = new TaskRegistry(defaults)
    const first = task()
    registry.add(first, module)
    registry.add(first, module)
    registry.add(task(), module)
    const other = { ...module, exportName: 'other' }
    expect(() => registry.add(task(), other)).toThrow(/'a': another task is registered/)
  })

  test('refuses a task whose code no thread could find', () => {
    const registry = new TaskRegistry(defaults)
    expect(() => registry.add(task())).toThrow(/threads cannot find its code/)
    const handler = { module: new URL('file:///handler.ts'), exportName: 'run' }
    const payload = anything()
    registry.add(declareTask({ type: 'b', arm: 'batch', payload, handler }))
    expect(registry.need('b').location).toEqual({
      type: 'b',
      module: 'file:///handler.ts',
      exportName: 'run',
    })
  })

  test('names the types it knows when asked for another', () => {
    const registry = new TaskRegistry(defaults)
    registry.add(task({ type: 'b' }), module)
    registry.add(task({ type: 'a' }), module)
    expect(registry.types()).toEqual(['a', 'b'])
    expect(registry.get('toString')).toBeUndefined()
    expect(() => registry.need('c')).toThrow(
      expect.objectContaining({
        code: 'E_UNKNOWN_TYPE',
        hint: expect.stringContaining('Known types: a, b.') as unknown,
      }),
    )
  })

  test('gives a stored task its own rules, its type’s, or the defaults', () => {
    const registry = new TaskRegistry(defaults)
    registry.add(task({ attempts: 9 }), module)
    const stored = {
      type: 'a',
      payload: { bytes: new Uint8Array(0), binary: false },
      createdAtMs: 0,
    }
    expect(registry.policyOf({ ...stored, attemptsMax: 2 }).attemptsMax).toBe(2)
    expect(registry.policyOf(stored).attemptsMax).toBe(9)
    expect(registry.policyOf({ ...stored, type: 'gone' }).attemptsMax).toBe(3)
    expect(registry.serves('a', 'batch')).toBe(true)
    expect(registry.serves('a', 'deploy')).toBe(false)
  })

  function anything() {
    const validate = (value: unknown) => ({ value })
    return { '~standard': { version: 1 as const, vendor: 'test', validate } }
  }
})

describe('the configuration', () => {
  const cwd = '/srv/app'

  test('without options is what the table of options says', () => {
    const config = resolveConfig({}, cwd)
    expect(config).toMatchObject({
      store: { kind: 'sqlite', path: '/srv/app/.octopus/state.db' },
      tasks: [],
      defaults: {
        attempts: OPTIONS['defaults.attempts'].default,
        backoff: { kind: 'exponential', minMs: 1_000, maxMs: 600_000, jitter: true },
        timeoutMs: undefined,
        ttlMs: undefined,
        priority: 0,
      },
      grants: { read: [cwd], write: [cwd], exec: [] },
      envNames: [],
      cacheDir: '/srv/app/.octopus/cache',
      queueDepthMax: 1_000_000,
      whenFull: 'wait',
      payloadBytesMax: 1_048_576,
      resultBytesMax: 1_048_576,
      retention: { ageMs: 604_800_000, bytesMax: 1_073_741_824 },
      graceMs: 1_000,
      loadMs: 10_000,
      autostart: true,
    })
    expect(config.arms.map(({ id, enabled, maxParallel }) => [id, enabled, maxParallel])).toEqual([
      ['deploy', true, 2],
      ['batch', true, 4],
      ['streams', true, 2],
      ['secrets', true, 1],
      ['builds', true, 2],
      ['watchers', true, 2],
      ['cleanup', true, 2],
      ['analytics', true, 2],
    ])
  })

  test('takes paths relative to the working directory, and file URLs', () => {
    const config = resolveConfig(
      {
        store: new URL('file:///data/octopus.db'),
        tasks: ['tasks', 'file:///opt/tasks.ts', new URL('file:///opt/more/')],
        allow: { read: ['in', '/abs'], write: ['out'] },
        batchHandlers: { resize: './resize.ts' },
      },
      cwd,
    )
    expect(config).toMatchObject({
      store: { kind: 'sqlite', path: '/data/octopus.db' },
      tasks: ['/srv/app/tasks', '/opt/tasks.ts', '/opt/more/'],
      grants: { read: ['/srv/app/in', '/abs'], write: ['/srv/app/out'] },
      batchHandlers: { resize: '/srv/app/resize.ts' },
    })
    expect(resolveConfig({ store: 'memory' }, cwd).store).toEqual({ kind: 'memory' })
  })

  test.each<[string, object]>([
    ['stores', { stores: 'memory' }],
    ['toString', { toString: 1 }],
    ['retention.ages', { retention: { ages: '1d' } }],
    ['allow.execute', { allow: { execute: [] } }],
    ['defaults.retries', { defaults: { retries: 3 } }],
    ['arms.leg', { arms: { leg: {} } }],
    ['arms.batch.threads', { arms: { batch: { threads: 3 } } }],
  ])('refuses the unknown option %s by name', (name, options) => {
    expect(() => resolveConfig(options, cwd)).toThrow(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringContaining(`option ${name}: `) as unknown,
      }),
    )
  })

  test.each<[string, object, string]>([
    ['an empty store', { store: '' }, 'E_CONFIG'],
    ['the store :memory:', { store: ':memory:' }, 'E_CONFIG'],
    ['no slot', { arms: { batch: { maxParallel: 0 } } }, 'E_CONFIG'],
    ['257 slots', { arms: { batch: { maxParallel: 257 } } }, 'E_CONFIG'],
    ['half a slot', { arms: { batch: { maxParallel: 1.5 } } }, 'E_CONFIG'],
    ['a heap of 7 MiB', { arms: { batch: { memoryMbMax: 7 } } }, 'E_CONFIG'],
    ['no attempt', { defaults: { attempts: 0 } }, 'E_CONFIG'],
    ['a fractional priority', { defaults: { priority: 0.5 } }, 'E_CONFIG'],
    ['a misspelt timeout', { defaults: { timeout: 'soon' } }, 'E_DURATION'],
    ['a queue of nothing', { queueDepthMax: 0 }, 'E_CONFIG'],
    ['a whenFull that is none', { whenFull: 'drop' }, 'E_CONFIG'],
    ['payloads of 65 MiB', { payloadBytesMax: 65 * 1_048_576 }, 'E_CONFIG'],
    ['results of no byte', { resultBytesMax: 0 }, 'E_CONFIG'],
    ['a store of half a MiB', { retention: { bytes: 524_288 } }, 'E_CONFIG'],
    ['a negative age', { retention: { age: -1 } }, 'E_DURATION'],
    ['a misspelt grace', { cancelGrace: '1sec' }, 'E_DURATION'],
  ])('refuses %s', (_, options, code) => {
    expect(() => resolveConfig(options as OctopusOptions, cwd)).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
