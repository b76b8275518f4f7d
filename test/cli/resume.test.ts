import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { events, octopus, openEvery, openGate, ran, tasks, workFolder, writeRows } from './rig.ts'

const flags = ['--tasks', tasks, '--json']

describe('a run that was cut off', () => {
  test('goes on after kill -9: every row is finished once, and none that was done runs again', async () => {
    const cwd = workFolder()
    const gate = await openGate(cwd)
    const rows = Array.from({ length: 300 }, (_, n) => ({
      type: 'double',
      payload: { n },
      id: `d${n}`,
    }))
    const gated = [1, 2, 3].map((n) => ({
      type: 'gate',
      id: `g${n}`,
      payload: { socket: gate.socket, name: `g${n}` },
    }))
    const file = writeRows(cwd, [...gated, ...rows])
    const first = octopus(['run', file, ...flags], { cwd })
    const opened = await gate.next()
    opened.open()
    // One gate is on disk as done, others run or wait: that is the moment.
    await first.reported(`"row":"${opened.name}"`)
    await gate.next()
    first.child.kill('SIGKILL')
    const before = events((await first.ended).stdout)

    const second = octopus(['run', file, ...flags, '--resume'], { cwd })
    void openEvery(gate)
    const { code, stdout } = await second.ended
    const { rows: after, summary } = events(stdout)
    expect(code).toBe(0)
    expect(summary).toMatchObject({ resumed: true, failed: 0, left: 0 })
    expect(Number(summary['ok']) + Number(summary['doneBefore'])).toBe(303)
    expect(Number(summary['doneBefore'])).toBeGreaterThan(0)
    const told = [...before.rows, ...after].map(({ row }) => row)
    expect(new Set(told).size).toBe(told.length)
    expect(after.length).toBe(summary['ok'])
  })

  test('is not passed over: it is resumed, or given up with --fresh', async () => {
    const cwd = workFolder()
    const gate = await openGate(cwd)
    const payload = { socket: gate.socket, name: 'g' }
    const file = writeRows(
      cwd,
      [1, 2, 3, 4].map((n) => ({ type: 'gate', id: `g${n}`, payload })),
    )
    const first = octopus(['run', file, ...flags], { cwd })
    await gate.next()
    first.child.kill('SIGKILL')
    await first.ended

    const refused = await ran(['run', file, ...flags], { cwd })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(
      /E_USAGE: a run of tasks.ndjson is not finished: \d+-\d+, begun .*\n {2}--resume goes on with it; --fresh/,
    )

    const fresh = octopus(['run', file, ...flags, '--fresh'], { cwd })
    void openEvery(gate)
    const { code, stdout, stderr } = await fresh.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/given up: [1-4] of its tasks cancelled/)
    expect(events(stdout).summary).toMatchObject({ ok: 4, doneBefore: 0, otherTasks: 0 })
  })

  test('is remembered in files that only their owner reads', async () => {
    const cwd = workFolder()
    await ran(['run', writeRows(cwd, [{ type: 'double', payload: { n: 1 } }]), ...flags], { cwd })
    const folder = join(cwd, '.octopus/runs')
    const [name = ''] = readdirSync(folder)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    const record: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    expect(record).toMatchObject({ v: 1, rows: 1 })
    expect(record).toHaveProperty('finished')
  })
})

describe('after a run', () => {
  test('--only-failed runs the rows again that failed, and those only', async () => {
    const cwd = workFolder()
    const rows = [
      { type: 'heic', payload: { file: 'a' }, id: 'a' },
      { type: 'double', payload: { n: 1 } },
      { type: 'heic', payload: { file: 'b' }, id: 'b' },
    ]
    const file = writeRows(cwd, rows)
    const first = await ran(['run', file, ...flags], { cwd })
    // Others may come and go in the file meanwhile.
    appendFileSync(join(cwd, file), '{"type":"double","payload":{"n":2}}\n')
    const again = await ran(['run', file, ...flags, '--only-failed'], { cwd })
    const third = await ran(['run', file, ...flags, '--only-failed'], { cwd })
    expect([first.code, again.code, third.code]).toEqual([1, 1, 1])
    for (const { stdout } of [again, third])
      expect(
        events(stdout)
          .rows.map(({ row }) => row)
          .sort(),
      ).toEqual(['a', 'b'])
  })

  test('--resume and --only-failed say when there is nothing for them', async () => {
    const cwd = workFolder()
    const file = writeRows(cwd, [{ type: 'double', payload: { n: 1 } }])
    const none = await ran(['run', file, ...flags, '--only-failed'], { cwd })
    await ran(['run', file, ...flags], { cwd })
    const over = await ran(['run', file, ...flags, '--resume'], { cwd })
    const memory = await ran(['run', file, ...flags, '--resume', '--store', 'memory'], { cwd })
    expect([none.code, over.code, memory.code]).toEqual([2, 2, 2])
    expect(none.stderr).toContain('there is no run of tasks.ndjson')
    expect(over.stderr).toContain('the last run of tasks.ndjson is finished')
    expect(memory.stderr).toContain('a store in memory remembers no runs')
  })
})
