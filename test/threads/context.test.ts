import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Octopus, type OctopusOptions, type Progress } from '../../src/main/index.ts'
import {
  calls,
  checkpoints,
  counts,
  countsFresh,
  describesItself,
  logs,
  oversizedCheckpoint,
  progresses,
  spawns,
  trespasses,
} from '../fixtures/contexts.ts'
import { plainLoop } from '../fixtures/controlled.ts'
import { threadOnly } from '../fixtures/thread-only.ts'
import { attemptsOf, Rig } from '../rig/engine.ts'

const tasks = new URL('../fixtures/contexts.ts', import.meta.url)

describe('progress', () => {
  test('reaches the handle, thinned out, and the last word always', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(progresses, null, { id: 'mine' })
    const seen: Progress[] = []
    handle.on('progress', (progress) => seen.push(progress))
    await rig.gates.arrival('listening')
    rig.gates.open('listening')
    await handle.result()
    expect(seen[0]).toEqual({ done: 1, total: 1_000, note: 'item 1' })
    expect(seen.at(-1)).toEqual({ done: 500, total: 1_000, note: 'item 500' })
    expect(seen.length).toBeLessThan(50)
    const told = rig.events.filter((event) => event.kind === 'task.progress')
    expect(new Set(told.map(({ task }) => task))).toEqual(new Set(['mine']))
  })
})

describe('the log', () => {
  const lines = ['one', 'two ✓', 'three { n: 3 }', 'four', 'five']

  test.for([
    ['return', ['1 succeeded']],
    ['throw', ['1 failed: threw']],
    ['exit', ['1 failed: worker-exited']],
    ['loop', ['1 failed: timeout']],
  ] as const)('is kept, with what was printed, by a task that ends in %s', async ([then, ends]) => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(logs, { then }, { timeout: '1s' })
    await octopus.drain()
    expect(await attemptsOf(octopus, handle.id)).toEqual(ends)
    const record = await octopus.get(handle.id)
    expect(record?.logs.map(({ text }) => text)).toEqual(lines)
    expect(record?.logs.map(({ level }) => level)).toEqual([
      'debug',
      'warn',
      'info',
      'warn',
      'info',
    ])
  })

  test.for(['return', 'await', 'throw', 'exit'] as const)(
    'of megabytes comes whole and in order from a task that ends in %s',
    async (then) => {
      await using rig = new Rig()
      const octopus = await rig.open({ tasks })
      const handle = await octopus.enqueue(logs, { then, lines: 900 })
      await octopus.drain()
      const texts = (await octopus.get(handle.id))?.logs.map(({ text }) => text.split(' ')[0])
      expect(texts?.slice(5)).toEqual(Array.from({ length: 900 }, (_, at) => String(at)))
    },
  )

  test('is cut at 1,000 lines, and says so', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(logs, { then: 'return', lines: 5_000 })
    await octopus.drain()
    const texts = (await octopus.get(handle.id))?.logs.map(({ text }) => text) ?? []
    expect(texts.length).toBeLessThanOrEqual(1_010)
    expect(texts.at(-1)).toMatch(/no more than 1000 lines/)
  })
})

describe('a checkpoint', () => {
  test.for([false, true])('reaches the next attempt (after a death: %s)', async (dies) => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(checkpoints, { dies })
    expect(await handle.result()).toEqual({ attempt: 2, seen: { attempt: 1, seen: null } })
  })

  test('that is too large fails its task', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(oversizedCheckpoint, null)
    await expect(handle.result()).rejects.toMatchObject({ failure: { code: 'E_TOO_LARGE' } })
  })
})

describe('host services', () => {
  const dreamOps = {
    ping: () => 'pong',
    add: (a: number, b: number) => Promise.resolve(a + b),
    fail: () => {
      throw new TypeError('the dream is over')
    },
    unsendable: () => () => 1,
    notAMethod: 7,
  }

  test.for([
    ['add', [2, 3], { value: 5 }],
    ['fail', [], { error: 'TypeError: the dream is over', value: 'pong' }],
    ['missing', [], { error: "Error: dreamOps has no method 'missing'", value: 'pong' }],
    ['notAMethod', [], { error: "Error: dreamOps has no method 'notAMethod'", value: 'pong' }],
    ['constructor', [], { error: "Error: dreamOps has no method 'constructor'", value: 'pong' }],
  ] as const)('answer %s, and a failing call fails alone', async ([method, args, answer]) => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    octopus.serve({ dreamOps, haloLoop: {}, envKeeper: {} })
    const handle = await octopus.enqueue(calls, { method, args })
    // wolfPack is declared and not there; envKeeper is there and not declared.
    expect(await handle.result()).toEqual({ present: ['dreamOps', 'haloLoop'], ...answer })
  })

  test('whose answer cannot be sent fail that call alone', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    octopus.serve({ dreamOps })
    const handle = await octopus.enqueue(calls, { method: 'unsendable', args: [] })
    expect(await handle.result()).toMatchObject({
      error: expect.stringMatching(/could not be cloned|Unserializable/) as string,
      value: 'pong',
    })
  })

  test('are absent for a task that declares none', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    octopus.serve({ dreamOps })
    expect(await (await octopus.enqueue(trespasses, null)).result()).toEqual([])
  })
})

describe('a child process', () => {
  test('tells how it ended, with the end of what it wrote', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const script =
      'printf 0123456789; printf oops >&2; test -z "$SECRET_OF_HOST" && test "$OWN" = 1 && exit 3'
    const handle = await octopus.enqueue(spawns, { argv: ['sh', '-c', script], env: { OWN: '1' } })
    expect(await handle.result()).toMatchObject({
      code: 3,
      signal: null,
      stdoutTail: '23456789',
      stdoutBytes: 10,
      stderrTail: 'oops',
      timedOut: false,
    })
  })

  test('does not wait for what it started and left behind', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(
      spawns,
      { argv: ['sh', '-c', 'sleep 300 & echo begun'] },
      { timeout: '20s' },
    )
    expect(await handle.result()).toMatchObject({ code: 0, stdoutTail: 'begun\n' })
  })

  test('is ended when its own time is over', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(spawns, { argv: ['sleep', '300'], timeoutMs: 50 })
    expect(await handle.result()).toMatchObject({ code: null, signal: 'SIGTERM', timedOut: true })
  })

  test('that cannot be started fails the call with the name of the program', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(spawns, { argv: ['no-such-program'] })
    await expect(handle.result()).rejects.toMatchObject({
      failure: { reason: 'threw', message: expect.stringContaining('no-such-program') as string },
    })
  })
})

describe('an attempt', () => {
  test('knows its task, its number and its thread', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks })
    const handle = await octopus.enqueue(describesItself, null, { id: 'thumbs:a.jpg' })
    expect(await handle.result()).toEqual({
      id: 'thumbs:a.jpg',
      type: 'describes-itself',
      attempt: 3,
      hasThread: true,
    })
    expect(await attemptsOf(octopus, handle.id)).toEqual([
      '1 scheduled: threw',
      '2 scheduled: threw',
      '3 succeeded',
    ])
  })

  test('in a fresh thread finds nothing of earlier ones', async () => {
    await using rig = new Rig()
    const octopus = await rig.open({ tasks, arms: { batch: { maxParallel: 1 } } })
    const kept: unknown[] = []
    const fresh: unknown[] = []
    for (let at = 0; at < 3; at++) {
      kept.push(await (await octopus.enqueue(counts, null)).result())
      fresh.push(await (await octopus.enqueue(countsFresh, null)).result())
    }
    expect(kept).toEqual([1, 2, 3])
    expect(fresh).toEqual([1, 1, 1])
  })
})

describe('a module of tasks', () => {
  const broken = (name: string): OctopusOptions => ({
    store: 'memory',
    tasks: new URL(`../fixtures/broken/${name}.ts`, import.meta.url),
    moduleLoadTimeout: '500ms',
  })

  test.for([
    [
      'throws',
      'E_HANDLER_LOAD',
      /throws\.ts does not load: Error: no such database/,
      /Mend the module/,
    ],
    ['loops', 'E_HANDLER_LOAD', /loops\.ts did not finish loading within 500 ms/, /load quickly/],
    ['waits', 'E_HANDLER_LOAD', /waits\.ts did not finish loading within 500 ms/, /load quickly/],
    ['exits', 'E_HANDLER_LOAD', /exits\.ts ended its thread with exit code 4/, /load quickly/],
    ['nothing', 'E_CONFIG', /nothing\.ts exports no task/, /defineTask/],
    ['same', 'E_CONFIG', /task 'same': another task is registered/, /README/],
    ['absent', 'E_CONFIG', /nothing can be read at .*absent\.ts/, /Name a module/],
  ] as const)(
    'that %s is refused by name, with what to do',
    async ([name, code, message, hint]) => {
      await expect(Octopus.open(broken(name))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      })
    },
  )

  test('with an enum is refused, and the hint says why', async () => {
    await using rig = new Rig()
    const file = rig.at('tasks.ts')
    writeFileSync(file, 'enum Size { S, L }\nexport default Size\n')
    await expect(Octopus.open({ store: 'memory', tasks: file })).rejects.toMatchObject({
      code: 'E_HANDLER_LOAD',
      hint: expect.stringContaining('enum') as string,
    })
  })

  test.for([
    ['throw', /thread-only does not load: not in this thread/],
    ['exit', /thread-only did not finish loading: .*code: 9/],
    ['loop', /thread-only did not finish loading/],
  ] as const)(
    'that loads on main and not in a thread (%s) fails its task for good, and no other',
    async ([how, message]) => {
      process.env['THREAD_ONLY'] = how
      await using rig = new Rig()
      const octopus = await rig.open({
        tasks: [
          new URL('../fixtures/thread-only.ts', import.meta.url),
          new URL('../fixtures/controlled.ts', import.meta.url),
        ],
        arms: { batch: { maxParallel: 1 } },
        moduleLoadTimeout: '1s',
      })
      const handle = await octopus.enqueue(threadOnly, null)
      const other = await octopus.enqueue(plainLoop, { ok: true })
      await expect(handle.result()).rejects.toMatchObject({
        failure: {
          reason: 'threw',
          code: 'E_HANDLER_LOAD',
          message: expect.stringMatching(message) as string,
          final: true,
        },
      })
      expect(await other.result()).toBeNull()
      expect(await attemptsOf(octopus, other.id)).toEqual(['1 succeeded'])
      delete process.env['THREAD_ONLY']
    },
  )
})
