import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Octopus } from '../../src/main/index.ts'
import { lastingFolder, octopus, openGate, ran, tasks, writeRows, type Ended } from './rig.ts'

// The engine lives in this process: what a command did to it can be looked at here.
const folder = lastingFolder()
const env = { OCTOPUS_STORE: 'state.db' }
const call = (args: readonly string[], input?: string): Promise<Ended> =>
  ran(args, { cwd: folder, env, ...(input === undefined ? {} : { input }) })

let engine: Octopus
beforeAll(async () => {
  engine = await Octopus.open({ store: join(folder, 'state.db'), tasks })
})
afterAll(() => engine.close())

describe('with an engine at work', () => {
  test('enqueue --wait prints the result, and fails with the task', async () => {
    const good = await call(['enqueue', 'double', '-', '--wait', '--id', 'good'], '{"n":21}')
    expect(good).toEqual({ code: 0, stdout: '42\n', stderr: '' })
    const bad = await call(['enqueue', 'heic', '{"file":"x"}', '--wait', '--id', 'bad'])
    expect(bad).toEqual({
      code: 1,
      stdout: '',
      stderr: '✖ bad: TypeError: unsupported image format in "x"\n',
    })
  })

  test('enqueue -f brings a whole file, results come in its order', async () => {
    const rows = [3, 1, 2].map((n) => ({ type: 'double', payload: { n }, id: `file/${n}` }))
    const file = writeRows(folder, rows)
    const { code, stdout } = await call(['enqueue', '-f', file, '--wait', '--json'])
    expect(code).toBe(0)
    const finished = events(stdout).filter(({ ev }) => ev === 'task.finished')
    expect(finished.map(({ id, result }) => [id, result])).toEqual([
      ['file/3', 6],
      ['file/1', 2],
      ['file/2', 4],
    ])
  })

  test('rows of a file may wait for each other, in any order', async () => {
    const row = (id: string, ...after: string[]): object => ({
      type: 'double',
      payload: { n: 1 },
      id,
      ...(after.length === 0 ? {} : { after }),
    })
    const file = writeRows(folder, [
      row('top', 'left', 'right'),
      row('left', 'base'),
      row('right', 'base'),
      row('base'),
    ])
    const { code, stdout } = await call(['enqueue', '-f', file, '--wait', '--json'])
    expect(code).toBe(0)
    const accepted = events(stdout).filter(({ ev }) => ev === 'task.accepted')
    expect(accepted.map(({ id }) => id)).toEqual(['base', 'left', 'right', 'top'])
    const circle = await call(['enqueue', '-f', writeRows(folder, [row('x', 'y'), row('y', 'x')])])
    expect(circle.code).toBe(2)
    expect(circle.stderr).toContain('E_CYCLE')
  })

  test('a file with a bad row brings nothing', async () => {
    const file = writeRows(folder, [{ type: 'double', payload: { n: 1 }, id: 'never' }, { typ: 1 }])
    const { code, stderr } = await call(['enqueue', '-f', file])
    expect(code).toBe(2)
    expect(stderr).toContain(`${file}:2:`)
    expect(stderr).toContain('nothing was enqueued')
    expect(await engine.get('never')).toBeUndefined()
  })

  test('what the engine refuses is told as it tells it', async () => {
    const unknown = await call(['enqueue', 'nobody-does-this'])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('✖ E_UNKNOWN_TYPE: no arm serves')
    const broken = await call(['enqueue', 'double', '{"n":'])
    expect(broken.code).toBe(2)
    expect(broken.stderr).toContain('✖ E_PAYLOAD: the payload is no JSON')
  })

  test('pause, scale and resume reach its arms', async () => {
    expect((await call(['pause', 'batch'])).stdout).toBe(
      'batch starts nothing more; what runs goes on\n',
    )
    expect((await call(['scale', 'builds', '7'])).code).toBe(0)
    expect(armNow('batch').paused).toBe(true)
    expect(armNow('builds').maxParallel).toBe(7)
    const { stdout } = await call(['status', '--json'])
    const [report] = events(stdout) as unknown as [Report]
    expect(report.engine).toMatchObject({ pid: process.pid, state: 'open' })
    expect(report.arms.find(({ id }) => id === 'batch')).toMatchObject({ paused: true })
    expect((await call(['resume'])).code).toBe(0)
    expect(armNow('batch').paused).toBe(false)
    expect((await call(['scale', 'builds', '0'])).code).toBe(2)
  })

  describe('a task that runs', () => {
    let socket = ''
    let gate: Awaited<ReturnType<typeof openGate>>
    beforeEach(async () => {
      gate = await openGate(folder)
      socket = gate.socket
    })

    test('is seen running; its log is followed until it is over', async () => {
      await engine.enqueue({ type: 'gate', payload: { socket, name: 'g' }, id: 'follow' })
      const task = await gate.next()
      const { stdout } = await call(['ls', '-q', 'state:running'])
      expect(stdout).toMatch(/^follow +gate +builds +running/m)
      const following = octopus(['logs', 'follow', '-f'], { cwd: folder, env })
      // Nothing says that it listens: whether it comes before or after the end, it must see it.
      task.open()
      expect(await following.ended).toMatchObject({ code: 0, stderr: 'succeeded\n' })
    })

    test('is asked to stop; drain waits for what runs', async () => {
      const handle = await engine.enqueue({ type: 'gate', payload: { socket, name: 'g' } })
      const task = await gate.next()
      const draining = octopus(['drain'], { cwd: folder, env })
      await draining.said('waits for 1 running')
      task.open()
      expect((await draining.ended).stdout).toBe('nothing is ready or running\n')
      expect(await handle.result()).toBe('g')
    })
  })

  test('retry and cancel by filter count first, and need a yes', async () => {
    for (const n of [1, 2])
      await engine.enqueue({ type: 'heic', payload: { file: `${n}` }, id: `ill/${n}` })
    await engine.drain()
    const dry = await call(['retry', '-q', 'id:ill/*', '--dry-run'])
    expect(dry.stdout).toBe('would retry 2 tasks: 2 analytics/heic failed\n')
    const asked = await call(['retry', '-q', 'id:ill/*'])
    expect(asked.code).toBe(2)
    expect(asked.stderr).toContain('to retry 2 tasks by a filter needs a yes')
    expect((await engine.get('ill/1'))!.attempts).toHaveLength(1)
    expect((await call(['retry', '-q', 'id:ill/*', '--yes'])).stdout).toBe('2 retried\n')
    await engine.drain()
    expect((await engine.get('ill/1'))!.attempts).toHaveLength(2)
    const none = await call(['cancel', '-q', 'id:ill/*', '--yes'])
    expect(none).toMatchObject({ code: 0, stderr: 'no task fits\n' })
  })

  test('a partial failure is told by id', async () => {
    await engine.enqueue({ type: 'double', payload: { n: 1 }, id: 'waits', delay: '1h' })
    const { code, stdout, stderr } = await call(['cancel', 'waits', 'good', 'nobody'])
    expect(code).toBe(1)
    expect(stdout).toBe('1 cancelled, 1 over, 1 unknown\n')
    expect(stderr).toBe('✖ good: had ended already\n✖ nobody: there is no such task\n')
  })

  test('run is refused, or waits with --wait, and says for whom', async () => {
    const file = writeRows(folder, [{ type: 'double', payload: { n: 1 } }])
    const refused = await call(['run', file, '--tasks', tasks])
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain(`E_STORE_BUSY: ${join(folder, 'state.db')} is in use by`)
    expect(refused.stderr).toContain('Queue behind it with --wait')
    const waiting = octopus(['run', file, '--tasks', tasks, '--wait'], { cwd: folder, env })
    await waiting.said(`is in use by process ${process.pid} (`)
    await engine.close()
    expect((await waiting.ended).code).toBe(0)
    engine = await Octopus.open({ store: join(folder, 'state.db'), tasks })
  })

  test('status fits 80 and 40 columns', async () => {
    await using fresh = await Octopus.open({ store: join(folder, 'fresh.db') })
    fresh.pause('watchers')
    fresh.setArm('cleanup', { enabled: false })
    for (const columns of [80, 40]) {
      const look = { OCTOPUS_STORE: 'fresh.db', COLUMNS: `${columns}` }
      const { stdout } = await ran(['status'], { cwd: folder, env: look })
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
      const text = stdout.replace(/^engine open .*/, 'engine open').replace(/store .*/, 'store')
      await expect(text).toMatchFileSnapshot(`golden/status-engine-${columns}.txt`)
    }
  })
})

interface Report {
  readonly engine: object
  readonly arms: readonly { readonly id: string }[]
}

function armNow(id: string): ReturnType<Octopus['status']>['arms'][number] {
  return engine.status().arms.find((arm) => arm.id === id)!
}

function events(stdout: string): { ev: string; id?: string; result?: unknown }[] {
  const lines = stdout.trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as { ev: string })
}
