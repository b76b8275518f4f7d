import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasPseudoTerminal, onTerminal } from './pseudo-terminal.ts'
import { events, ran, workFolder } from './rig.ts'

const root = join(import.meta.dirname, '../..')

describe('octopus init', () => {
  test('writes what runs at once', async () => {
    const cwd = workFolder()
    linkPackage(cwd)
    const { code, stdout, stderr } = await ran(['init', '--yes'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toBe(
      [
        '  + octopus.config.ts        9 lines',
        '  + tasks/count-words.ts     29 lines',
        '  + tasks.ndjson             2 lines',
        '  ~ package.json             scripts tasks, tasks:resume',
        '  + .gitignore               .octopus/',
        '',
      ].join('\n'),
    )
    expect(stderr).toContain('Next:\n  npx octopus run tasks.ndjson\n')
    const run = await ran(['run', 'tasks.ndjson', '--json'], { cwd })
    expect(run.stderr).not.toContain('Warning')
    expect(run.code).toBe(0)
    const words = events(run.stdout).rows.map(
      ({ result }) => result as { file: string; most: string },
    )
    expect(words.sort((one, other) => (one.file < other.file ? -1 : 1))).toMatchObject([
      { file: 'octopus.config.ts', most: 'octopusoptions' },
      { file: 'tasks/count-words.ts', most: 'file' },
    ])
  })

  test('finds everything in place the second time', async () => {
    const cwd = workFolder()
    await ran(['init', '--yes'], { cwd })
    const { code, stdout } = await ran(['init'], { cwd })
    expect(code).toBe(0)
    expect(stdout.match(/^ {2}= /gm)).toHaveLength(5)
  })

  test('keeps scripts, indentation and ignored files that are there, and what Node makes of the package', async () => {
    const cwd = workFolder()
    writeFileSync(
      join(cwd, 'package.json'),
      '{\n\t"name": "old",\n\t"scripts": { "tasks": "mine" }\n}\n',
    )
    writeFileSync(join(cwd, '.gitignore'), 'dist')
    linkPackage(cwd)
    await ran(['init', '--yes'], { cwd })
    expect(readFileSync(join(cwd, 'package.json'), 'utf8')).toBe(
      '{\n\t"name": "old",\n\t"scripts": {\n\t\t"tasks": "mine",\n\t\t"tasks:resume": "octopus run tasks.ndjson --resume"\n\t}\n}\n',
    )
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('dist\n.octopus/\n')
    expect(readdirSync(join(cwd, 'tasks'))).toEqual(['count-words.mts'])
    const run = await ran(['run', 'tasks.ndjson', '--json'], { cwd })
    expect([run.code, run.stderr.includes('Warning')]).toEqual([0, false])
  })

  test('makes a folder and a package where there is none', async () => {
    const cwd = workFolder()
    const { code, stderr } = await ran(['init', 'My jobs', '--yes'], { cwd })
    expect(code).toBe(0)
    expect(stderr).toContain("  cd 'My jobs'\n  npm install octopus-executor\n")
    expect(JSON.parse(readFileSync(join(cwd, 'My jobs/package.json'), 'utf8'))).toMatchObject({
      name: 'my-jobs',
      type: 'module',
    })
  })

  test.for([
    ['octopus.config.js', 'octopus.config.js is there already'],
    ['tasks.ndjson', 'tasks.ndjson is there already'],
    ['package.json', 'package.json is no JSON object'],
  ])('writes nothing when %s is in the way', async ([name = '', what = '']) => {
    const cwd = workFolder()
    writeFileSync(join(cwd, name), 'mine')
    const before = readdirSync(cwd)
    const { code, stderr } = await ran(['init', '--yes'], { cwd })
    expect([code, stderr.includes(what), readdirSync(cwd)]).toEqual([2, true, before])
  })

  test.skipIf(!hasPseudoTerminal).for([
    ['n\r', 'Nothing was written.', false],
    ['\r', 'Done. Next:', true],
  ] as const)('asks on a terminal, and takes %j as it is meant', async ([typed, said, written]) => {
    const cwd = workFolder()
    const terminal = onTerminal(['init'], { cwd, columns: 80 })
    await terminal.shown(250)
    terminal.type(typed)
    const { screen, code, before, after } = await terminal.ended
    expect(screen).toContain(`Write this in ${cwd}? [Y/n]`)
    expect([code, screen.includes(said), existsSync(join(cwd, 'tasks'))]).toEqual([
      0,
      true,
      written,
    ])
    expect(after).toBe(before)
  })

  test('does nothing unasked where nobody can be asked', async () => {
    const cwd = workFolder()
    const { code, stderr } = await ran(['init'], { cwd })
    expect([code, existsSync(join(cwd, 'tasks'))]).toEqual([2, false])
    expect(stderr).toContain('Say --yes.')
  })
})

function linkPackage(folder: string): void {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/octopus-executor'), 'dir')
}
