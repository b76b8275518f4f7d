import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { broken, compare, parseRule } from '../../src/cli/bench/comparison.ts'
import type { BenchLevel, BenchReport } from '../../src/cli/bench/report.ts'
import { scaling } from '../../src/cli/bench/scaling.ts'
import { ran, workFolder } from './rig.ts'

const MODULE = `export const samples = [{ n: 1 }, { n: 2 }]
export const double = ({ n }) => n * 2
export const refuse = () => { throw new Error('not today') }
`
const QUICK = ['--threads', '1,2', '--count', '40', '--rounds', '1', '--warm-up', '0.01']

function moduleFolder(): string {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'lib.mjs'), MODULE)
  return cwd
}

describe('octopus bench', () => {
  test('measures a plain function over its own samples, and compares with what was measured before', async () => {
    const cwd = moduleFolder()
    const first = await ran(
      ['bench', '--task', 'lib.mjs#double', ...QUICK, '--json', '--hgrm', 'h'],
      { cwd },
    )
    expect(first.code).toBe(0)
    const report = JSON.parse(first.stdout) as BenchReport
    expect(report).toMatchObject({ v: 1, ev: 'bench', task: 'lib.mjs#double', store: 'memory' })
    expect(report.levels.map(({ threads, runs, failed }) => [threads, runs, failed])).toEqual([
      [1, 40, 0],
      [2, 40, 0],
    ])
    for (const { throughput, run } of report.levels)
      expect([throughput > 0, run.p99Us >= run.p50Us]).toEqual([true, true])
    const hgrm = readFileSync(join(cwd, 'h/lib.mjs-double-2-run.hgrm'), 'utf8')
    expect(hgrm).toMatch(/^ +Value +Percentile TotalCount 1\/\(1-Percentile\)\n/)
    expect(hgrm).toContain('#[Max ')

    writeFileSync(join(cwd, 'base.json'), first.stdout)
    const again = ['bench', '--task', 'lib.mjs#double', ...QUICK, '--compare', 'base.json']
    const failing = await ran([...again, '--fail-if', 'throughput<+100000%'], { cwd })
    expect(failing.code).toBe(1)
    expect(failing.stdout).toContain('Against the base:')
    expect(failing.stderr).toContain('✖ throughput<+100000%: throughput ')
  })

  test('says that runs fail', async () => {
    const { code, stderr } = await ran(['bench', '--task', 'lib.mjs#refuse', ...QUICK], {
      cwd: moduleFolder(),
    })
    expect([code, stderr.includes('runs failed, the first with: not today')]).toEqual([1, true])
  })

  test.for([
    [['--task', 'lib.mjs#nothing'], "lib.mjs exports no 'nothing'"],
    [['--task', 'lib.mjs#double', '--payload', '{'], '--payload is no JSON'],
    [['--task', 'lib.mjs#double', '--payloads', 'none'], '--payloads none cannot be read'],
    [['--task', 'lib.mjs#double', '--fail-if', 'p99>+1%'], '--fail-if needs --compare'],
    [['--task', 'lib.mjs#double', '--compare', 'lib.mjs'], '--compare lib.mjs is not what'],
    [['--task', 'lib.mjs#double', '--store', 'lib.mjs'], '--store lib.mjs is there already'],
    [['--threads', '2'], "'--task <module[#export]>' not specified"],
  ] as const)('refuses %j', async ([args, what]) => {
    const { code, stderr } = await ran(['bench', ...args], { cwd: moduleFolder() })
    expect([code, stderr]).toEqual([2, expect.stringContaining(what)])
  })
})

describe('what the figures say', () => {
  const level = (threads: number, throughput: number, p50Us = 5_000): BenchLevel => {
    const run = { count: 9, meanUs: p50Us, p50Us, p90Us: p50Us, p99Us: p50Us, maxUs: p50Us }
    return { threads, throughput, efficiency: 1, inFlight: 2, runs: 9, failed: 0, wait: run, run }
  }

  test.for([
    [[level(1, 100), level(2, 198), level(4, 380)], 4, 'to all 4 threads measured: 3.80 times'],
    [
      [level(1, 100), level(2, 190), level(4, 200)],
      2,
      '4 do 1.05 times as much. This machine has 2 cores.',
    ],
    [[level(1, 100), level(2, 105, 9_500)], 1, 'Each run takes 1.9 times as long there'],
    [[level(1, 9_000, 20), level(2, 9_500, 20)], 1, 'A run takes 20 us: the way to a thread'],
    [[level(4, 100)], 4, 'One number of threads'],
  ] as const)('%#: where it stops scaling', ([levels, scalesTo, words]) => {
    const said = scaling(levels, 2)
    expect([said.scalesTo, said.words]).toEqual([scalesTo, expect.stringContaining(words)])
  })

  test('breaks rules by change in percent, at any number of threads that both have', () => {
    const report = (levels: readonly BenchLevel[]): BenchReport =>
      ({ levels }) as Partial<BenchReport> as BenchReport
    const compared = compare(
      report([level(1, 90, 5_600), level(2, 200), level(8, 1)]),
      report([level(1, 100), level(2, 200)]),
    )
    const rules = ['p99>+10%', 'throughput<-5%', 'run.p50 > +20%', 'wait.p99<-1%'].map(parseRule)
    expect(broken(rules, compared)).toEqual([
      'p99>+10%: p99 +12.0% at 1 thread',
      'throughput<-5%: throughput -10.0% at 1 thread',
    ])
    for (const wrong of ['p99', 'p98>+1%', 'p99>10', 'p99=+1%'])
      expect(() => parseRule(wrong)).toThrow('is no rule')
  })
})
