import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeArguments } from '../rig/node.ts'
import {
  bin,
  octopus,
  openGate,
  ran,
  tasks,
  workFolder,
  type Command,
  type Ended,
  type Gate,
} from './rig.ts'
import { storedTasks } from './stored.ts'

const env = { OCTOPUS_STORE: 'state.db', OCTOPUS_TASKS: tasks }
const callIn =
  (cwd: string) =>
  (...args: readonly string[]): Promise<Ended> =>
    ran(args, { cwd, env })

async function storeFolder(): Promise<string> {
  const cwd = workFolder()
  await storedTasks(join(cwd, 'state.db'))
  return cwd
}

describe('without an engine', () => {
  test('tasks are put onto the disk and wait, and who would wait for results is told', async () => {
    const call = callIn(await storeFolder())
    const waiting = await call('enqueue', 'double', '{"n":1}', '--wait')
    expect(waiting.code).toBe(3)
    expect(waiting.stderr).toContain('E_NO_OWNER: no engine runs, and --wait would wait for ever')
    const stored = await call('enqueue', 'double', '{"n":1}', '--id', 'mine', '--priority', '9')
    expect(stored).toEqual({
      code: 0,
      stdout: 'mine\n',
      stderr: 'no engine runs: 1 task waits for octopus start\n',
    })
    const [mine] = (await call('ls', '-q', 'id:mine', '--json')).stdout.trim().split('\n')
    expect(JSON.parse(mine!)).toMatchObject({ id: 'mine', state: 'ready', priority: 9 })
  })

  test('tasks are cancelled and given another run in the store', async () => {
    const call = callIn(await storeFolder())
    const cancelled = await call('cancel', '-q', 'type:resize', '--yes')
    expect(cancelled).toMatchObject({ code: 0, stdout: '1 cancelled\n' })
    const retried = await call('retry', 'night/2', 'night/1')
    expect(retried.code).toBe(1)
    expect(retried.stdout).toBe('1 retried, 1 succeeded\n')
    expect(retried.stderr).toContain('no engine runs')
    expect((await call('ls', '-q', 'id:night/*')).stdout).toMatch(
      /night\/1 .* succeeded .*\nnight\/2 .* ready .*\nnight\/3 .* cancelled /,
    )
  })

  test('what only an engine can do is refused, with what to do', async () => {
    const cwd = await storeFolder()
    for (const args of [['pause'], ['logs', 'later', '-f']]) {
      const { code, stderr } = await callIn(cwd)(...args)
      expect(code).toBe(3)
      expect(stderr).toContain(`E_NO_OWNER: no process owns ${join(cwd, 'state.db')}`)
      expect(stderr).toContain('octopus start')
    }
  })

  test('nothing is made where there is no store', async () => {
    const cwd = workFolder()
    const { code, stderr } = await callIn(cwd)('enqueue', 'double', '{"n":1}')
    expect(code).toBe(3)
    expect(stderr).toContain(`E_NO_STORE: there is no store at ${join(cwd, 'state.db')}`)
  })

  test('commands that come together take turns', async () => {
    const call = callIn(await storeFolder())
    const all = await Promise.all(
      ['a', 'b', 'c'].map((id) => call('enqueue', 'double', '{"n":1}', '--id', id)),
    )
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0])
    const { stdout } = await call('ls', '-q', 'type:double')
    expect(stdout.match(/^[abc] /gm)!.sort()).toEqual(['a ', 'b ', 'c '])
  })

  test('the note of an owner that died and its socket deceive nobody', async () => {
    const cwd = await storeFolder()
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const owner = { pid: dead, command: 'gone', host: 'elsewhere', sinceMs: 0 }
    writeFileSync(join(cwd, 'state.db.owner'), JSON.stringify(owner))
    const { stdout } = await callIn(cwd)('status')
    expect(stdout).toContain('engine does not answer')
    const cancelled = await callIn(cwd)('cancel', 'later')
    expect(cancelled).toMatchObject({ code: 0, stdout: '1 cancelled\n' })
  })

  test.skipIf(spawnSync('script', ['--version']).status !== 0)(
    'a person is asked, and Enter means no',
    async () => {
      const cwd = await storeFolder()
      const line = [process.execPath, ...nodeArguments, bin, 'cancel', '-q', 'arm:cleanup'].join(
        ' ',
      )
      const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
        cwd,
        env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
        input: '\n',
        encoding: 'utf8',
      })
      expect(stdout).toContain('cancel 1 task: 1 cleanup/work scheduled? [y/N]')
      expect(stdout).toContain('nothing was done')
      expect((await callIn(cwd)('ls', '-q', 'id:later')).stdout).toContain('scheduled')
    },
  )
})

describe('octopus start', () => {
  test('goes on with what waits, and says what it found; the first signal drains', async () => {
    const { cwd, engine, gate } = await started()
    expect((await callIn(cwd)('enqueue', 'double', '{"n":4}', '--wait')).stdout).toBe('8\n')
    await callIn(cwd)('enqueue', 'gate', JSON.stringify({ socket: gate.socket, name: 'g' }))
    const task = await gate.next()
    engine.child.kill('SIGTERM')
    await engine.said('Terminated: 1 task may finish')
    task.open()
    const { code, stderr, stdout } = await engine.ended
    expect(code).toBe(0)
    expect(stderr).toContain(`store    ${join(cwd, 'state.db')}: 4 tasks waiting\n`)
    expect(stderr).toContain(`socket   ${join(cwd, 'state.db.sock')}\n`)
    expect(stderr).toMatch(/\nstopped\n$/)
    const evs = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { ev: string }).ev)
    expect(evs).toEqual(['engine.started', 'engine.stopped'])
  })

  test('a second signal does not wait', async () => {
    const { cwd, engine, gate } = await started()
    await callIn(cwd)('enqueue', 'gate', JSON.stringify({ socket: gate.socket, name: 'g' }))
    await gate.next()
    engine.child.kill('SIGINT')
    await engine.said('Interrupted')
    engine.child.kill('SIGINT')
    const { code, stderr } = await engine.ended
    expect(code).toBe(130)
    expect(stderr).toContain('stopped; what ran was handed back')
  })

  test('killed, it leaves what ran for the next one, and status says so', async () => {
    const { cwd, engine, gate } = await started()
    await callIn(cwd)('enqueue', 'gate', JSON.stringify({ socket: gate.socket, name: 'g' }))
    await gate.next()
    engine.child.kill('SIGKILL')
    await engine.ended
    const { code, stdout } = await callIn(cwd)('status')
    expect(code).toBe(0)
    expect(stdout).toContain('no engine runs')
    expect(stdout).toContain('1 task ran when the last engine died, and will run again')
  })
})

async function started(): Promise<{ cwd: string; engine: Command; gate: Gate }> {
  const cwd = await storeFolder()
  const gate = await openGate(cwd)
  const engine = octopus(['serve', '--json'], { cwd, env })
  await engine.reported('engine.started')
  return { cwd, engine, gate }
}
