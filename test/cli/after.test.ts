import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ParentsFirst } from '../../src/cli/run/parents-first.ts'
import { RowGraph } from '../../src/cli/run/row-graph.ts'
import { isFault } from '../../src/cli/task-file/row-text.ts'
import type { SelectedRow } from '../../src/cli/run/selected-rows.ts'
import { events, octopus, openEvery, openGate, ran, tasks, workFolder, writeRows } from './rig.ts'

const flags = ['--tasks', tasks]
const double = (id: string, ...after: string[]): object => ({
  type: 'double',
  id,
  payload: { n: 1 },
  ...(after.length === 0 ? {} : { after }),
})
const broken = (id: string, ...after: string[]): object => ({
  ...double(id, ...after),
  type: 'heic',
  payload: { file: id },
})

describe('rows that wait for others', () => {
  test('run after them wherever they stand, and not at all when one failed, which the summary names', async () => {
    const cwd = workFolder()
    const rows = [double('app', 'ui'), double('ui', 'core'), broken('core', 'base'), double('base')]
    const file = writeRows(cwd, rows)
    const { code, stdout, stderr } = await ran(['run', file, ...flags, '--joblog', 'jobs.tsv'], {
      cwd,
    })
    expect(code).toBe(1)
    expect(stdout).toMatch(/Summary {3}1 ok {3}1 failed {3}2 skipped {3}/)
    expect(stdout).toContain(' 1 failure, 1 kind:\n')
    expect(stdout).toContain('\n 2 skipped because core failed  tasks.ndjson:3\n')
    expect(stderr.match(/✖/g)).toHaveLength(1)
    const jobs = readFileSync(join(cwd, 'jobs.tsv'), 'utf8').trimEnd().split('\n').slice(1)
    expect(jobs.map((job) => job.split('\t')).map((job) => [job[0], job[6], job[8]])).toEqual([
      ['4', '0', 'double base'],
      ['3', '1', 'heic core'],
      ['2', '1', 'double ui (not started: core did not succeed)'],
      ['1', '1', 'double app (not started: core did not succeed)'],
    ])
  })

  test('run again with the one that had stopped them, beside what succeeded in an earlier run', async () => {
    const cwd = workFolder()
    const file = writeRows(cwd, [
      double('base'),
      broken('core', 'base'),
      broken('app', 'core', 'base'),
    ])
    const again = ['run', file, ...flags, '--json', '--only-failed']
    await ran(['run', file, ...flags], { cwd })
    writeRows(cwd, [double('base'), double('newest'), double('app', 'newest')])
    const refused = await ran(again, { cwd })
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toContain("a row waits for 'newest', which has not run before")
    writeRows(cwd, [double('base'), double('core', 'base'), broken('app', 'core', 'base')])
    const second = events((await ran(again, { cwd })).stdout)
    expect(second.rows.map(({ row, state }) => [row, state])).toEqual([
      ['core', 'succeeded'],
      ['app', 'failed'],
    ])
    writeRows(cwd, [double('base'), double('core', 'base'), double('app', 'core', 'base')])
    const third = await ran(again, { cwd })
    expect(events(third.stdout).rows.map(({ row, state }) => [row, state])).toEqual([
      ['app', 'succeeded'],
    ])
    expect(third.code).toBe(0)
  })

  test('go on after kill -9 where they were', async () => {
    const cwd = workFolder()
    const gate = await openGate(cwd)
    const gated = { type: 'gate', id: 'gate', payload: { socket: gate.socket, name: 'gate' } }
    const file = writeRows(cwd, [
      double('last', 'next'),
      gated,
      double('next', 'gate'),
      double('free'),
    ])
    const first = octopus(['run', file, ...flags, '--json'], { cwd })
    await first.reported('"row":"free"')
    await gate.next()
    first.child.kill('SIGKILL')
    await first.ended
    const second = octopus(['run', file, ...flags, '--json', '--resume'], { cwd })
    void openEvery(gate)
    const { code, stdout } = await second.ended
    expect(code).toBe(0)
    expect(events(stdout).rows.map(({ row }) => row)).toEqual(['gate', 'next', 'last'])
    expect(events(stdout).summary).toMatchObject({ ok: 3, doneBefore: 1, skipped: 0 })
  })

  test('fail or run all the same where they or the command line say so', async () => {
    const cwd = workFolder()
    const waiting = [double('a', 'core'), { ...double('b', 'core'), onParentFailure: 'run' }]
    const file = writeRows(cwd, [broken('core'), ...waiting])
    const args = ['run', file, ...flags, '--store', 'memory', '--on-parent-failure', 'fail']
    const { code, stdout } = await ran([...args, '--json', '--summary', 'sum.json'], { cwd })
    const { rows, summary } = events(stdout)
    expect(code).toBe(1)
    expect(rows.find(({ row }) => row === 'a')).toMatchObject({
      state: 'failed',
      root: 'core',
      failure: { reason: 'parent-failed' },
    })
    expect(summary).toMatchObject({
      ok: 1,
      failed: 2,
      skipped: 0,
      rootCauses: [{ root: 'core', line: 1, state: 'failed', skipped: 0, failed: 1 }],
    })
    const text = await ran(args, { cwd })
    expect(text.stdout).toContain(' 1 failure, 1 kind:\n')
    expect(text.stdout).toContain('\n 1 failed unstarted because core failed  tasks.ndjson:1\n')
  })

  test('wait for tasks that are in the store already', async () => {
    const cwd = workFolder()
    await ran(['run', writeRows(cwd, [double('base')]), ...flags], { cwd })
    const { summary } = events(
      (await ran(['run', 'tasks.ndjson', ...flags, '--json'], { cwd })).stdout,
    )
    const file = writeRows(cwd, [double('app', `${String(summary['run'])}/base`)], 'more.ndjson')
    const { code, stdout } = await ran(['run', file, ...flags, '--json'], { cwd })
    expect([code, events(stdout).summary['ok']]).toEqual([0, 1])
  })

  test('for nobody, for each other or for rows that do not run are told with their places, and nothing runs', async () => {
    const cwd = workFolder()
    const file = 'bad.yaml'
    const yaml = (id: string, after: string, type = 'double'): string =>
      `- type: ${type}\n  id: ${id}\n  after: [${after}]\n  payload: { n: 1 }\n`
    const text = [
      yaml('a', 'c'),
      yaml('b', 'a'),
      yaml('c', 'b, nobody'),
      yaml('d', 'd'),
      yaml('f', 'flaky'),
    ]
    writeFileSync(
      join(cwd, file),
      `${text.join('')}- { type: flaky, id: flaky, payload: { n: 1 } }\n`,
    )
    const { code, stdout, stderr } = await ran(['run', file, ...flags, '--type', 'double'], { cwd })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatchInlineSnapshot(`
      "bad.yaml:11:3  there is no task 'nobody' to wait for: not in this file, and not in the store
      bad.yaml:19:3  the row 'flaky' it waits for (line 21) is not to run: it is invalid, or filtered out
      bad.yaml:3:3  tasks wait for each other, so none could ever start: a (line 1) -> c (line 9) -> b (line 5) -> a (line 1)
      ✖ E_TASK_FILE: bad.yaml has rows that wait for what cannot come (3); nothing was run
        Correct 'after' in these rows: it names ids of this file, or of tasks in the store.
      "
    `)
    const dry = await ran(['run', file, ...flags, '--dry-run'], { cwd })
    expect(dry.code).toBe(2)
  })
})

describe('the order of rows', () => {
  const graphs = fc
    .array(fc.array(fc.nat({ max: 29 }), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
    .map((all) =>
      all.map((after, at) =>
        rowOf(
          `r${at}`,
          after.map((parent) => `r${parent % all.length}`),
          at + 1,
        ),
      ),
    )

  test('has every row after those it waits for, or there is a circle, each of whose rows waits for the next', () => {
    let [circles, orders] = [0, 0]
    fc.assert(
      fc.property(graphs, (rows) => {
        const graph = new RowGraph()
        for (const each of rows) graph.add(each)
        const levels = graph.levels()
        const order = new ParentsFirst(graph.parents)
        const passed = rows.flatMap((each) => order.pass(each)).map(({ name }) => name)
        if (!isFault(levels)) {
          orders += 1
          expect(passed.toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
          for (const { name, spec } of rows)
            for (const parent of spec.after ?? []) {
              expect(passed.indexOf(parent)).toBeLessThan(passed.indexOf(name))
              expect(levels.get(parent) ?? 0).toBeGreaterThan(levels.get(name) ?? 0)
            }
        } else {
          circles += 1
          expect(passed.length).toBeLessThan(rows.length)
          expect(levels.message).not.toContain('more')
          const chain = [...levels.message.matchAll(/(r\d+) \(line (\d+)\)/g)].map(
            ([, name]) => name,
          )
          expect(chain.length).toBeGreaterThan(1)
          expect(chain[0]).toBe(chain.at(-1))
          for (const [at, name] of chain.slice(0, -1).entries())
            expect(rows.find((each) => each.name === name)?.spec.after).toContain(chain[at + 1])
        }
      }),
      { numRuns: 500 },
    )
    expect(Math.min(circles, orders)).toBeGreaterThan(20)
  })

  test('takes a chain of any length', () => {
    const graph = new RowGraph()
    const rows = Array.from({ length: 50_000 }, (_, at) => rowOf(`${at}`, [`${at + 1}`], at + 1))
    for (const each of rows) graph.add(each)
    expect(graph.levels()).toHaveProperty('size', 50_001)
    graph.add(rowOf('50000', ['0'], 50_001))
    expect(graph.levels()).toHaveProperty(
      'message',
      expect.stringMatching(/: 0 \(line 1\) -> 1 \(line 2\) .* 49,?990 more … -> 0/),
    )
  })
})

function rowOf(name: string, after: readonly string[], line: number): SelectedRow {
  return { name, line, arm: 'batch', spec: { type: 't', after }, afterAt: { line, column: 1 } }
}
