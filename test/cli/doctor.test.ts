import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Octopus } from '../../src/main/index.ts'
import { ran, tasks, workFolder } from './rig.ts'

interface Finding {
  readonly about: string
  readonly level: string
  readonly what: string
  readonly todo?: string
}

async function examined(
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly findings: readonly Finding[] }> {
  const { code, stdout } = await ran(['doctor', '--json', ...args], { cwd, env })
  const { findings } = JSON.parse(stdout) as { findings: Finding[] }
  return { code, findings }
}

function faults(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ level }) => level === 'fault')
}

describe('octopus doctor', () => {
  test('finds nothing to mend in a good place, says what it saw, and leaves nothing behind', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'octopus.config.json'), JSON.stringify({ tasks: [tasks] }))
    const before = readdirSync(cwd, { recursive: true })
    const { code, stdout } = await ran(['doctor', '--max-parallel', '1'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✔ configuration .*octopus\.config\.json$/m)
    expect(stdout).toMatch(/^✔ node +24/m)
    expect(stdout).toMatch(/^✔ threads +8 threads over all arms, \d+ cores?$/m)
    expect(stdout).toMatch(/^✔ tasks +\d types loaded: .*double/m)
    expect(stdout).toMatch(/^· store +.*state\.db will be made by the first run$/m)
    expect(stdout).toMatch(/^✔ fsync +median of 7: /m)
    expect(stdout).toMatch(/\n\d+ findings: 0 to mend, \d to look at\.\n$/)
    expect(readdirSync(cwd, { recursive: true })).toEqual(before)
  })

  test('names who has the store open, and files that others may read', async () => {
    const cwd = workFolder()
    const store = join(cwd, 'state.db')
    const octopus = await Octopus.open({ store })
    chmodSync(store, 0o644)
    const open = await examined(cwd, ['--store', store])
    await octopus.close()
    const closed = await examined(cwd, ['--store', store])
    const owner = open.findings.find(({ about }) => about === 'owner')
    expect(owner?.what).toMatch(new RegExp(`^process ${process.pid}, version .*, answers`))
    expect(closed.findings).toContainEqual({
      about: 'owner',
      level: 'note',
      what: 'nobody has the store open',
    })
    expect(closed.findings).toContainEqual({
      about: 'files',
      level: 'look',
      what: 'state.db is open to others (mode 644)',
      todo: 'chmod 600 state.db: payloads and results are in it.',
    })
    expect(closed.code).toBe(0)
  })

  test('names a socket that is none', async () => {
    const cwd = workFolder()
    const store = join(cwd, 'state.db')
    await (await Octopus.open({ store })).close()
    writeFileSync(`${store}.sock`, '')
    const { code, findings } = await examined(cwd, ['--store', store])
    expect([code, faults(findings)[0]?.what]).toEqual([
      1,
      expect.stringContaining('E_SOCKET_FOREIGN'),
    ])
  })

  test.for([
    ['a configuration', 'octopus.config.json', '{"prallel":1}', 'option prallel: there is no such'],
    ['a module', 'tasks/broken.mjs', 'throw new Error("off")', 'does not load: Error: off'],
    [
      'a schema',
      'tasks/odd.mjs',
      `export const odd = Object.defineProperty({
        type: 'odd', arm: 'batch', run: () => 1,
        payload: { '~standard': { version: 1, vendor: 'x', validate() { throw new Error('oops') } } },
      }, Symbol.for('octopus-executor/task'), { value: true })`,
      'the schema of odd throws: oops',
    ],
  ] as const)('names %s that is broken', async ([, name, text, what]) => {
    const cwd = workFolder()
    mkdirSync(join(cwd, 'tasks'))
    writeFileSync(join(cwd, name), text)
    const args = name.startsWith('tasks') ? ['--tasks', 'tasks'] : []
    const { code, findings } = await examined(cwd, args)
    expect([code, faults(findings).map((finding) => finding.what)]).toEqual([
      1,
      [expect.stringContaining(what)],
    ])
  })

  test('names a place where no store can be, and variables that mean nothing', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'file'), '')
    const { code, findings } = await examined(cwd, ['--store', 'file/state.db'], {
      OCTOPUS_STOER: 'x',
    })
    expect([code, faults(findings)[0]?.what]).toEqual([
      1,
      expect.stringContaining('cannot be written'),
    ])
    expect(findings).toContainEqual(
      expect.objectContaining({ level: 'look', what: 'OCTOPUS_STOER means nothing here' }),
    )
  })

  test('looks at no disk for a store in memory', async () => {
    const { code, findings } = await examined(workFolder(), ['--store', 'memory'])
    expect(code).toBe(0)
    expect(findings.map(({ about }) => about)).not.toContain('fsync')
  })
})
