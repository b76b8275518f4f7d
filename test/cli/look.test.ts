import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeArguments } from '../rig/node.ts'
import { bin, ran, type Ended } from './rig.ts'
import { storedTasks } from './stored.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
let folder = ''
const ask = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  ran(args, { cwd: folder, env: { OCTOPUS_STORE: 'state.db', TZ: 'UTC', ...env } })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octopus-look-'))
  await storedTasks(join(folder, 'state.db'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Moments and this machine's folder, made alike without a change of width. */
function steadied(text: string): string {
  return text
    .replaceAll(/store .*state\.db/g, 'store <store>')
    .replaceAll(/store .*…/g, 'store <store>')
    .replaceAll(/20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/g, '<day>      <moment>')
    .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, '<moment>')
}

async function golden(name: string, { code, stdout, stderr }: Ended): Promise<void> {
  expect(stderr).toBe('')
  expect(code).toBe(0)
  await expect(steadied(stdout)).toMatchFileSnapshot(`golden/${name}.txt`)
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length))
}

const QUESTIONS = [
  ['status', ['status']],
  ['ls', ['ls']],
  ['inspect', ['inspect', 'night/2']],
  ['inspect-blocked', ['inspect', 'album']],
] as const

describe('a store without an engine', () => {
  describe.for(QUESTIONS)('answers %s', ([name, args]) => {
    test('at 80 columns', async () => {
      const answer = await ask(args, { COLUMNS: '80' })
      expect(widest(answer.stdout)).toBeLessThanOrEqual(80)
      await golden(`${name}-80`, answer)
    })

    test('at 40 columns', async () => {
      const answer = await ask(args, { COLUMNS: '40' })
      expect(widest(answer.stdout)).toBeLessThanOrEqual(40)
      await golden(`${name}-40`, answer)
    })

    test('into a pipe, whole', async () => golden(`${name}-pipe`, await ask(args)))

    test('as JSON', async () => {
      const { stdout } = await ask([...args, '--json'])
      const lines = stdout.trimEnd().split('\n')
      expect(lines.map((line) => (JSON.parse(line) as { v: number }).v)).toEqual(lines.map(() => 1))
      expect(stdout).not.toContain('\u001b')
    })
  })

  test('looks the same in CI', async () =>
    golden('status-pipe', await ask(['status'], { CI: '1', TERM: 'dumb', NO_COLOR: '1' })))

  test('has colours where they are wanted, and --no-color takes them away', async () => {
    const { stdout } = await ask(['ls'], { FORCE_COLOR: '1' })
    expect(stdout).toContain('\u001b[32msucceeded')
    const { stdout: bare } = await ask(['ls', '--no-color'], { FORCE_COLOR: '1' })
    expect(bare).not.toContain('\u001b')
  })

  test.skipIf(!hasScript)('fits a terminal, which has colours unless it is told otherwise', () => {
    const octopus = [process.execPath, ...nodeArguments, bin].join(' ')
    const lines = ['', 'NO_COLOR=1', 'TERM=dumb'].map((how) => `${how} ${octopus} status; echo =`)
    const env = { PATH: process.env['PATH'], TERM: 'xterm', OCTOPUS_STORE: 'state.db' }
    const { stdout } = spawnSync(
      'script',
      ['-qec', `stty cols 40; ${lines.join('; ')}`, '/dev/null'],
      {
        cwd: folder,
        env,
        encoding: 'utf8',
      },
    )
    const [coloured = '', plain, dumb] = stdout.replaceAll('\r', '').split('=\n')
    expect(coloured).toContain('\u001b[')
    expect(plain).toBe(stripVTControlCharacters(coloured))
    expect(dumb).toBe(plain)
    expect(widest(dumb!)).toBeLessThanOrEqual(40)
  })

  test('is not changed by being looked at', () => {
    expect(readdirSync(folder).filter((name) => /lock|owner|running/.test(name))).toEqual([
      'state.db.lock',
    ])
  })
})

describe('looking goes wrong', () => {
  test.for([
    [['status', '--store', 'none.db'], 3, 'E_NO_STORE: there is no store at '],
    [['status', '--store', 'text.db'], 3, 'E_STORE_CORRUPT'],
    [['status', 'legs'], 2, "E_UNKNOWN_ARM: there is no arm 'legs'"],
    [['inspect', 'nobody'], 2, "E_UNKNOWN_TASK: there is no task 'nobody'"],
    [
      ['ls', '-q', 'state:failed older:soon'],
      2,
      '  state:failed older:soon\n               ^^^^^^^^^^\n',
    ],
  ] as const)('%o', async ([args, code, message]) => {
    writeFileSync(join(folder, 'text.db'), 'no database at all, just words\n'.repeat(200))
    const ended = await ask(args)
    expect(ended.stderr).toContain(message)
    expect(ended.code).toBe(code)
    expect(ended.stdout).toBe('')
  })

  test('a reader that has seen enough ends the list, and is no error', async () => {
    const command = `${process.execPath} ${nodeArguments.join(' ')} ${bin} ls --json | head -1`
    const { stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${command}`], {
      cwd: folder,
      env: { ...process.env, OCTOPUS_STORE: 'state.db' },
      encoding: 'utf8',
    })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toBe('')
  })
})
