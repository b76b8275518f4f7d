import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { octopus, openEvery, openGate, ran, workFolder, type Gate } from './rig.ts'

const functions = join(import.meta.dirname, 'fixtures/functions.ts')
const quiet = ['--quiet', '--max-parallel', '2']

interface Line {
  readonly index: number
  readonly input: unknown
  readonly id: string
  readonly state: string
  readonly result?: unknown
  readonly failure?: unknown
}

function linesOf(text: string): Line[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Line)
}

describe('octopus map', () => {
  test('runs a plain function over its arguments, one line each', async () => {
    const cwd = workFolder()
    const { code, stdout, stderr } = await ran(['map', functions, 'a', 'bb', 'ccc', '-k'], { cwd })
    expect(code).toBe(0)
    expect(linesOf(stdout)).toMatchObject([
      { index: 0, input: 'a', state: 'succeeded', result: 1 },
      { index: 1, input: 'bb', state: 'succeeded', result: 2 },
      { index: 2, input: 'ccc', state: 'succeeded', result: 3 },
    ])
    expect(stderr).toMatch(/✔ functions.ts#default over 3 inputs {2}run \d+-\d+\n/)
    expect(stderr).toContain('3 ok   0 failed')
  })

  const ways: [what: string, args: string[], input: string, results: unknown[]][] = [
    ['patterns', ['*.txt'], '', ['a.txt', 'b.txt']],
    ['patterns as they are', ['*.txt', '--no-glob'], '', ['*.txt']],
    ['URLs', ['https://x.org/?q=*'], '', ['https://x.org/?q=*']],
    ['lines of stdin', ['-'], 'x\ny\n', ['x', 'y']],
    ['lines of a file', ['-a', 'list'], '', ['one', 'two', 'three']],
    ['NULs', ['-', '-0'], 'with\nbreak\0second', ['with\nbreak', 'second']],
    ['JSON', ['-', '--json-input'], '{"n":1}\n[2]\n"three"', [{ n: 1 }, [2], 'three']],
  ]

  test.for(ways)('takes %s', async ([, args, input, results]) => {
    const cwd = workFolder()
    for (const name of ['b.txt', 'a.txt', 'c.md']) writeFileSync(join(cwd, name), name)
    mkdirSync(join(cwd, 'folder.txt'))
    writeFileSync(join(cwd, 'list'), 'one\r\ntwo\n\nthree')
    const words = ['map', `${functions}#echo`, ...args, '-k', '--store', 'memory', ...quiet]
    const { code, stdout } = await ran(words, { cwd, input })
    expect([code, ...linesOf(stdout).map(({ result }) => result)]).toEqual([0, ...results])
  })

  test.for([
    ['a pattern that matches nothing', ['*.nothing'], "no file matches '*.nothing'"],
    ['no inputs', [], 'there are no inputs'],
    ['two sources of inputs', ['a', '-a', 'list'], 'there are arguments and -a'],
    ['an input that is no JSON', ['{', '--json-input'], 'argument:1: this is no JSON value'],
    ['a map that was never begun', ['a', '--resume'], 'there is no unfinished map of'],
    ['a span that is none', ['a', '--timeout', 'soon'], 'E_DURATION'],
  ] as const)('refuses %s, with 2', async ([, args, said]) => {
    const { code, stderr, stdout } = await ran(['map', functions, ...args], { cwd: workFolder() })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(said)
  })

  test('names the exports there are for one that is not', async () => {
    const { code, stderr } = await ran(['map', `${functions}#resize`, 'a'], { cwd: workFolder() })
    expect(code).toBe(2)
    expect(stderr).toContain("functions.ts exports no 'resize'")
    expect(stderr).toContain('#default, #echo, #gate, #odd, #sha256, #sha256Slowly')
  })

  test('tells failures as values, in events, the job log and the exit code', async () => {
    const cwd = workFolder()
    const flags = ['--json-input', '--attempts', '1', '--json', '--joblog', 'jobs.tsv', '-k']
    const { code, stdout, stderr } = await ran(
      ['map', `${functions}#odd`, '1', '2', '3', ...flags],
      {
        cwd,
      },
    )
    expect(code).toBe(1)
    const lines = linesOf(stdout)
    expect(lines).toMatchObject([
      { v: 1, ev: 'task.finished', index: 0, result: 1 },
      { state: 'failed', failure: { reason: 'threw', name: 'RangeError', message: '2 is even' } },
      { index: 2, result: 3 },
      { ev: 'run.summary', map: 'functions.ts#odd', ok: 2, failed: 1, left: 0, exitCode: 1 },
    ])
    expect(stderr).toMatch(/✖ batch\/map:functions:odd:\w+ 2 {2}input:2\n {2}RangeError: 2 is even/)
    const [head, ...rows] = readFileSync(join(cwd, 'jobs.tsv'), 'utf8').trimEnd().split('\n')
    expect(head).toBe('Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand')
    const columns = rows.map((row) => row.split('\t'))
    expect(columns.map((row) => [row[0], row[6], row[8]]).sort(byFirst)).toEqual([
      ['1', '0', 'functions.ts#odd 1'],
      ['2', '1', 'functions.ts#odd 2'],
      ['3', '0', 'functions.ts#odd 3'],
    ])
  })

  test('says with --dry-run what would run, and runs nothing', async () => {
    const cwd = workFolder()
    const { code, stdout } = await ran(['map', functions, '-', '--dry-run'], { cwd, input: 'a\nb' })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^functions.ts#default: 2 inputs would run on batch as map:functions:/)
  })
})

describe('a map that was cut off', () => {
  test('is resumed into its file: every result once, a torn line mended', async () => {
    const { cwd, gate, inputs } = await gated(6)
    const words = ['map', `${functions}#gate`, '-', '--json-input', '-o', 'out.ndjson', ...quiet]
    const first = octopus(words, { cwd, input: inputs })
    for (let n = 0; n < 3; n++) (await gate.next()).open()
    await gate.next()
    first.child.kill('SIGKILL')
    await first.ended
    const whole = readFileSync(join(cwd, 'out.ndjson'), 'utf8')
    writeFileSync(join(cwd, 'out.ndjson'), `${whole}{"index":5,"inp`)

    const refused = await ran(words, { cwd, input: inputs })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('is not finished')

    const second = octopus([...words, '--resume'], { cwd, input: inputs })
    void openEvery(gate)
    const { code, stderr } = await second.ended
    const lines = linesOf(readFileSync(join(cwd, 'out.ndjson'), 'utf8'))
    expect([code, stderr]).toEqual([0, expect.stringContaining('0 failed')])
    expect(lines.length).toBe(6)
    expect(new Set(lines.map(({ index }) => index)).size).toBe(6)
    expect(lines.map(({ result, index }) => result === `g${index}`)).not.toContain(false)
  })

  test('prints all its results on stdout when resumed, each once', async () => {
    const { cwd, gate, inputs } = await gated(5)
    const words = ['map', `${functions}#gate`, '-', '--json-input', ...quiet]
    const first = octopus(words, { cwd, input: inputs })
    const one = await gate.next()
    one.open()
    await first.reported(`"result":"${one.name}"`)
    first.child.kill('SIGKILL')
    await first.ended
    const second = octopus([...words, '-k', '--resume'], { cwd, input: inputs })
    void openEvery(gate)
    const { code, stdout, stderr } = await second.ended
    expect(code).toBe(0)
    expect(linesOf(stdout).map(({ result }) => result)).toEqual(['g0', 'g1', 'g2', 'g3', 'g4'])
    expect(stderr).toMatch(/[1-4] already done/)
  })

  test('does not take the file of another run for its own', async () => {
    const { cwd, gate, inputs } = await gated(2)
    const words = ['map', `${functions}#gate`, '-', '--json-input', ...quiet]
    const first = octopus(words, { cwd, input: inputs })
    await gate.next()
    first.child.kill('SIGKILL')
    await first.ended
    writeFileSync(join(cwd, 'mine.ndjson'), '{"my":"data"}\n')
    const { code, stderr } = await ran([...words, '-o', 'mine.ndjson', '--resume'], {
      cwd,
      input: inputs,
    })
    expect(code).toBe(2)
    expect(stderr).toContain('mine.ndjson:1 is no result of the run')
    expect(readFileSync(join(cwd, 'mine.ndjson'), 'utf8')).toBe('{"my":"data"}\n')
  })

  test('finishes what runs on Ctrl-C, keeps the rest, and says how to go on', async () => {
    const { cwd, gate, inputs } = await gated(4)
    const words = ['map', `${functions}#gate`, '-', '--json-input', '--max-parallel', '1']
    const command = octopus(words, { cwd, input: inputs })
    const task = await gate.next()
    command.child.kill('SIGINT')
    await command.said('Interrupted: 1 task may finish, the rest stays in the store')
    task.open()
    const { code, stdout, stderr } = await command.ended
    expect(code).toBe(130)
    expect(linesOf(stdout).map(({ result }) => result)).toEqual([task.name])
    expect(stderr).toMatch(/1 ok {3}0 failed {3}3 not run/)
    expect(stderr).toContain(`--json-input --max-parallel 1 --resume`)

    const rest = octopus([...words, '--resume'], { cwd, input: inputs })
    void openEvery(gate)
    expect((await rest.ended).code).toBe(0)
  })

  test('stops at once on a second Ctrl-C', async () => {
    const { cwd, gate, inputs } = await gated(2)
    const command = octopus(['map', `${functions}#gate`, '-', '--json-input'], {
      cwd,
      input: inputs,
    })
    await gate.next()
    command.child.kill('SIGINT')
    await command.said('Interrupted')
    command.child.kill('SIGINT')
    expect((await command.ended).code).toBe(130)
  })

  test('stops at the first failure with --fail-fast, with 4', async () => {
    const { cwd, gate, inputs } = await gated(5)
    const flags = ['--json-input', '--fail-fast', '--attempts', '1', '--max-parallel', '1']
    const command = octopus(['map', `${functions}#gate`, '-', ...flags], { cwd, input: inputs })
    ;(await gate.next()).open('fail')
    await command.said('A task failed (--fail-fast)')
    void openEvery(gate)
    const { code, stdout } = await command.ended
    expect(code).toBe(4)
    expect(linesOf(stdout)[0]).toMatchObject({ state: 'failed' })
  })

  test('stops when nobody reads its results, with 4', async () => {
    const { cwd, gate, inputs } = await gated(5)
    const flags = ['--json-input', '--max-parallel', '1']
    const command = octopus(['map', `${functions}#gate`, '-', ...flags], { cwd, input: inputs })
    command.child.stdout?.destroy()
    ;(await gate.next()).open()
    await command.said('Nobody reads the results any more')
    void openEvery(gate)
    expect((await command.ended).code).toBe(4)
  })
})

describe('--only-changed', () => {
  function project(): { cwd: string; write: (name: string, text: string) => void } {
    const cwd = workFolder()
    const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)
    write('size.ts', "import { unit } from './unit.ts'\nexport default (f: string) => f + unit")
    write('unit.ts', "export const unit = 'B'")
    for (const name of ['a.txt', 'b.txt', 'c.txt']) write(name, name)
    return { cwd, write }
  }
  const words = ['map', 'size.ts', '*.txt', '--only-changed', '--json', '-k', ...quiet]

  async function mapped(cwd: string): Promise<{ inputs: unknown[]; unchanged: unknown }> {
    const { code, stdout } = await ran(words, { cwd })
    expect(code).toBe(0)
    const lines = linesOf(stdout)
    const { unchanged } = { unchanged: undefined, ...lines.at(-1) }
    return { inputs: lines.slice(0, -1).map(({ input }) => input), unchanged }
  }

  test('passes over what succeeded and is the same: file, module, and what it imports', async () => {
    const { cwd, write } = project()
    const all = ['a.txt', 'b.txt', 'c.txt']
    expect(await mapped(cwd)).toEqual({ inputs: all, unchanged: 0 })
    expect(await mapped(cwd)).toEqual({ inputs: [], unchanged: 3 })
    write('b.txt', 'other')
    write('d.txt', 'new')
    expect(await mapped(cwd)).toEqual({ inputs: ['b.txt', 'd.txt'], unchanged: 2 })
    write('unit.ts', "export const unit = 'kB'")
    expect(await mapped(cwd)).toEqual({ inputs: [...all, 'd.txt'], unchanged: 0 })
    expect(await mapped(cwd)).toEqual({ inputs: [], unchanged: 4 })
  })

  test('runs again what failed', async () => {
    const cwd = workFolder()
    const map = ['map', `${functions}#odd`, '1', '2', '--json-input', '--only-changed']
    const flags = ['--attempts', '1', '-k', ...quiet]
    const first = await ran([...map, ...flags], { cwd })
    const second = await ran([...map, ...flags], { cwd })
    expect([first.code, second.code]).toEqual([1, 1])
    expect(linesOf(first.stdout).map(({ input }) => input)).toEqual([1, 2])
    expect(linesOf(second.stdout).map(({ input }) => input)).toEqual([2])
  })

  test.runIf(process.platform === 'linux')('does not count what could not be put out', async () => {
    const { cwd } = project()
    const full = await ran([...words, '-o', '/dev/full'], { cwd })
    expect(full.code).toBe(3)
    const again = await ran([...words, '--resume'], { cwd })
    expect(
      linesOf(again.stdout)
        .slice(0, -1)
        .map(({ input }) => input),
    ).toEqual(['a.txt', 'b.txt', 'c.txt'])
  })
})

describe.runIf(process.platform === 'linux')('a full disk', () => {
  test.for([
    [
      'the output',
      ['-o', '/dev/full'],
      '-o /dev/full cannot be written: the disk is full (ENOSPC)',
    ],
    ['the job log', ['--joblog', '/dev/full'], '--joblog /dev/full cannot be written'],
  ] as const)(
    'under %s stops the map in order, and --resume does the rest',
    async ([, args, said]) => {
      const cwd = workFolder()
      const input = Array.from({ length: 5_000 }, (_, n) => `${n}\n`).join('')
      const words = ['map', functions, '-', '--quiet']
      const full = await ran([...words, ...args], { cwd, input })
      expect(full.code).toBe(3)
      expect(full.stderr).toContain(`✖ E_OUTPUT: ${said}`)
      const rest = await ran([...words, '--resume', '-k'], { cwd, input })
      expect(rest.code).toBe(0)
      expect(linesOf(rest.stdout).map(({ index }) => index)).toEqual([...Array(5_000).keys()])
    },
  )
})

async function gated(count: number): Promise<{ cwd: string; gate: Gate; inputs: string }> {
  const cwd = workFolder()
  const gate = await openGate(cwd)
  const inputs = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ socket: gate.socket, name: `g${n}` }),
  )
  return { cwd, gate, inputs: inputs.join('\n') }
}

function byFirst(a: readonly unknown[], b: readonly unknown[]): number {
  return Number(a[0]) - Number(b[0])
}
