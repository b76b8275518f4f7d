import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { events, octopus, ran, steady, tasks, workFolder, writeRows } from './rig.ts'

const MIXED = [
  { type: 'double', payload: { n: 1 } },
  { type: 'double', payload: { n: 2 }, id: 'two' },
  { type: 'flaky', payload: { n: 3 } },
  { type: 'heic', payload: { file: 'a.jpg' }, id: 'a' },
  { type: 'heic', payload: { file: 'b.jpg' }, id: 'b' },
]

describe('octopus run', () => {
  test('runs every row of a file and says what came of it', async () => {
    const cwd = workFolder()
    const file = writeRows(cwd, MIXED)
    const { code, stdout, stderr } = await ran(['run', file, '--tasks', tasks, '--ui', 'none'], {
      cwd,
    })
    expect(code).toBe(1)
    expect(steady(stdout, cwd)).toMatchInlineSnapshot(`
      "
      Summary  3 ok  2 failed  <t>  <n> tasks/s
        busy <t> of thread time, <n>% of 8 threads
       arm  ok  fail  retry  wait p50/p99  run p50/p99
       batch  2  0  0  <t>/<t>  <t>/<t>
       streams  1  0  1  <t>/<t>  <t>/<t>
       analytics  0  2  0  <t>/<t>  <t>/<t>
       2 failures, 1 kind:
        2x analytics/heic  threw: unsupported image format in "…"
        e.g. tasks.ndjson:4  a  unsupported image format in "a.jpg"
       again:  octopus run tasks.ndjson --tasks <tasks> --only-failed
      "
    `)
    expect(steady(stderr, cwd).split('\n').slice(0, 2)).toMatchInlineSnapshot(`
      [
        "octopus  node <version>  17 threads  store <folder>/.octopus/state.db",
        "✔ 5 rows read, 0 invalid  run <run>",
      ]
    `)
    expect(stderr).toContain(
      '✖ analytics/heic a  tasks.ndjson:4\n  TypeError: unsupported image format in "a.jpg"\n  at run (',
    )
  })

  test('tells one JSON object a line, results and failures in full, and the summary last', async () => {
    const cwd = workFolder()
    const { code, stdout } = await ran(['run', writeRows(cwd, MIXED), '--tasks', tasks, '--json'], {
      cwd,
    })
    const { rows, summary } = events(stdout)
    expect(code).toBe(1)
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('"ev":"run.summary"')
    const told = rows
      .sort((a, b) => a.line - b.line)
      .map(({ line, state, result }) => [line, state, result])
    expect(told).toEqual([
      [1, 'succeeded', 2],
      [2, 'succeeded', 4],
      [3, 'succeeded', 3],
      [4, 'failed', undefined],
      [5, 'failed', undefined],
    ])
    expect(summary).toMatchObject({ ok: 3, failed: 2, retried: 1, left: 0, exitCode: 1 })
  })

  test('takes a JSON array, and rows from stdin, kept in a file of nobody else', async () => {
    const cwd = workFolder()
    const rows = [1, 2, 3].map((n) => ({ type: 'double', payload: { n } }))
    const flags = ['--tasks', tasks, '--json', '--store', 'memory']
    const array = await ran(['run', '-', ...flags], {
      cwd,
      input: JSON.stringify(rows, undefined, 2),
    })
    const lines = await ran(['run', '-', ...flags], {
      cwd,
      input: rows.map((row) => JSON.stringify(row)).join('\r\n'),
    })
    for (const { code, stdout } of [array, lines]) {
      expect(code).toBe(0)
      const results = events(stdout).rows.map(({ result }) => Number(result))
      expect(results.sort((a, b) => a - b)).toEqual([2, 4, 6])
    }
    expect(
      events(array.stdout)
        .rows.map(({ line }) => line)
        .sort((a, b) => a - b),
    ).toEqual([2, 8, 14])
  })

  test('runs what the filters choose, with the rules of the command line', async () => {
    const cwd = workFolder()
    const file = writeRows(cwd, MIXED)
    const flags = [
      '--tasks',
      tasks,
      '--json',
      '--store',
      'memory',
      '--arm',
      'streams',
      '--attempts',
      '1',
    ]
    const { code, stdout } = await ran(['run', file, ...flags], { cwd })
    expect(code).toBe(1)
    expect(events(stdout).summary).toMatchObject({ ok: 0, failed: 1, filtered: 4, retried: 0 })
  })

  test('writes the job log and the summary it was asked for', async () => {
    const cwd = workFolder()
    const flags = ['--tasks', tasks, '--joblog', 'jobs.tsv', '--summary', 'summary.json', '--quiet']
    const { stderr } = await ran(['run', writeRows(cwd, MIXED), ...flags], { cwd })
    expect(stderr).toMatch(/^✖ analytics/)
    const [head, ...jobs] = readFileSync(join(cwd, 'jobs.tsv'), 'utf8').trimEnd().split('\n')
    expect(head).toBe('Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand')
    const columns = jobs.map((job) => job.split('\t')).sort((a, b) => Number(a[0]) - Number(b[0]))
    expect(columns.map((job) => [job[0], job[6], job[8]])).toEqual([
      ['1', '0', expect.stringMatching(/^double h_/)],
      ['2', '0', 'double two'],
      ['3', '0', expect.stringMatching(/^flaky h_/)],
      ['4', '1', 'heic a'],
      ['5', '1', 'heic b'],
    ])
    expect(JSON.parse(readFileSync(join(cwd, 'summary.json'), 'utf8'))).toMatchObject({
      ok: 3,
      failed: 2,
    })
  })

  test('checks everything and runs nothing with --dry-run', async () => {
    const cwd = workFolder()
    const { code, stdout } = await ran(
      ['run', writeRows(cwd, MIXED), '--tasks', tasks, '--dry-run'],
      { cwd },
    )
    expect(code).toBe(0)
    expect(steady(stdout, cwd)).toContain(
      'tasks.ndjson: 5 rows would run; nothing was stored or run',
    )
    expect(() => statSync(join(cwd, '.octopus'))).toThrow('ENOENT')
  })

  test('is plain in a pipe, coloured when forced to, and draws no bars', async () => {
    const cwd = workFolder()
    const file = writeRows(cwd, MIXED)
    const args = ['run', file, '--tasks', tasks, '--store', 'memory']
    const piped = await ran(args, { cwd })
    const forced = await ran(args, { cwd, env: { FORCE_COLOR: '1' } })
    const refused = await ran([...args, '--no-color'], { cwd, env: { FORCE_COLOR: '1' } })
    expect(piped.stdout + piped.stderr).not.toContain('\u001b')
    expect(forced.stdout).toContain('\u001b[32m3 ok\u001b[39m')
    expect(refused.stdout + refused.stderr).not.toContain('\u001b')
    expect(steady(refused.stdout, cwd)).toBe(steady(piped.stdout, cwd))
  })

  test('ends when its reader goes away, and keeps the rest', async () => {
    const cwd = workFolder()
    const rows = Array.from({ length: 2_000 }, (_, n) => ({ type: 'double', payload: { n } }))
    const command = octopus(['run', writeRows(cwd, rows), '--tasks', tasks, '--json'], { cwd })
    command.child.stdout?.once('data', () => command.child.stdout?.destroy())
    const { code, stderr } = await command.ended
    expect(stderr).toContain('Nobody reads the results any more')
    expect(code).toBe(4)
    expect(stderr).toContain(' go on:  octopus run tasks.ndjson')
  })
})
