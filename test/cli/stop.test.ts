import { describe, expect, test } from 'vitest'
import {
  events,
  octopus,
  openEvery,
  openGate,
  ran,
  tasks,
  workFolder,
  writeRows,
  type Gate,
} from './rig.ts'

const flags = ['--tasks', tasks, '--json', '--max-parallel', 'builds=1']

describe('stopping a run', () => {
  test('Ctrl-C lets what runs finish and keeps the rest; --resume does the rest', async () => {
    const { cwd, gate, file } = await gatedFile(3)
    const command = octopus(['run', file, ...flags], { cwd })
    const task = await gate.next()
    command.child.kill('SIGINT')
    await command.said(
      'Interrupted: 1 task may finish, the rest stays in the store; Ctrl-C again does not wait',
    )
    task.open()
    const { code, stdout, stderr } = await command.ended
    expect(code).toBe(130)
    expect(events(stdout).summary).toMatchObject({ ok: 1, left: 2, stopped: 'SIGINT' })
    expect(stderr).toContain(' go on:  octopus run tasks.ndjson')

    const rest = octopus(['run', file, ...flags, '--resume'], { cwd })
    void openEvery(gate)
    const ended = await rest.ended
    expect(ended.code).toBe(0)
    expect(events(ended.stdout).summary).toMatchObject({ ok: 2, doneBefore: 1, left: 0 })
  })

  test('a second Ctrl-C does not wait: what ran is handed back and runs when resumed', async () => {
    const { cwd, gate, file } = await gatedFile(1)
    const command = octopus(['run', file, ...flags], { cwd })
    await gate.next()
    command.child.kill('SIGINT')
    await command.said('Interrupted')
    command.child.kill('SIGINT')
    const { code, stdout } = await command.ended
    expect(code).toBe(130)
    expect(events(stdout).summary).toMatchObject({ ok: 0, left: 1 })

    const rest = octopus(['run', file, ...flags, '--resume'], { cwd })
    ;(await gate.next()).open()
    const [row] = events((await rest.ended).stdout).rows
    expect(row).toMatchObject({ state: 'succeeded', attempts: 1 })
  })

  test('SIGTERM does as Ctrl-C does, with its own code', async () => {
    const { cwd, gate, file } = await gatedFile(2)
    const command = octopus(['run', file, ...flags], { cwd })
    const task = await gate.next()
    command.child.kill('SIGTERM')
    await command.said('Terminated')
    task.open()
    expect((await command.ended).code).toBe(143)
  })

  test('--fail-fast stops at the first failure, with 4 when something is left', async () => {
    const { cwd, gate, file } = await gatedFile(3)
    const command = octopus(['run', file, ...flags, '--fail-fast'], { cwd })
    ;(await gate.next()).open('fail')
    // The slot may have been given to the second row before the failure was on disk; then that one finishes.
    await command.said('A task failed (--fail-fast)')
    void openEvery(gate)
    const { code, stdout } = await command.ended
    const { summary } = events(stdout)
    expect(code).toBe(4)
    expect(summary).toMatchObject({ failed: 1, stopped: 'fail-fast' })
    expect(summary['left']).toBeGreaterThanOrEqual(1)
  })

  test('--deadline starts nothing more, with 4', async () => {
    const { cwd, gate, file } = await gatedFile(2)
    const command = octopus(['run', file, ...flags, '--deadline', '1ms'], { cwd })
    await command.said('The deadline has come')
    void openEvery(gate)
    const { code, stdout } = await command.ended
    expect(code).toBe(4)
    expect(events(stdout).summary).toMatchObject({ stopped: 'deadline' })
  })
})

describe('a store that is in use', () => {
  test('is named with its owner, and that is no fault of the file', async () => {
    const { cwd, gate, file } = await gatedFile(1)
    const command = octopus(['run', file, ...flags], { cwd })
    const task = await gate.next()
    const other = await ran(['run', file, ...flags, '--resume'], { cwd })
    expect(other.code).toBe(3)
    expect(other.stderr).toContain(`E_STORE_BUSY`)
    expect(other.stderr).toContain(`process ${command.child.pid}`)
    task.open()
    expect((await command.ended).code).toBe(0)
  })
})

async function gatedFile(count: number): Promise<{ cwd: string; gate: Gate; file: string }> {
  const cwd = workFolder()
  const gate = await openGate(cwd)
  const names = Array.from({ length: count }, (_, n) => `g${n}`)
  const rows = names.map((name) => ({
    type: 'gate',
    id: name,
    payload: { socket: gate.socket, name },
  }))
  return { cwd, gate, file: writeRows(cwd, rows) }
}
