import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileFormat } from '../../src/cli/task-file/file-format.ts'
import { isFault } from '../../src/cli/task-file/row-text.ts'
import { parseRow } from '../../src/cli/task-file/row.ts'
import { TaskFile } from '../../src/cli/task-file/task-file.ts'
import { events, ran, tasks, workFolder } from './rig.ts'

const double = (n: number): object => ({ type: 'double', payload: { n } })

describe('a task file of one JSON value', () => {
  test('may be an object with a $schema for editors, and says where the object is wrong', async () => {
    const of = (text: string): Promise<unknown[]> => read('f.json', text)
    expect(await of('{\n "$schema": "x",\n "tasks": [\n  {"type":"a"}]}')).toEqual([
      '4:3 {"type":"a"}',
    ])
    expect(await of('')).toEqual([])
    expect(await of('{"tasks":[],\n"prio":1}')).toEqual([
      "2:1 beside the tasks there is no key 'prio'; there are $schema, tasks",
    ])
    expect(await of('{"tasks":[],"tasks":[]}')).toEqual(["1:13 the key 'tasks' was given before"])
    for (const text of ['{"type":"a"}', '7', '{"tasks":{}}'])
      expect(await of(text)).toEqual([expect.stringContaining('a task file is an array of tasks')])
    expect(await of('{"type":"a"}\n{"type":"b"}')).toEqual([
      '2:1 there is more after the end of the object',
    ])
    expect(await of('[{"type":"\xff"}]')).toEqual(['1:1 this is not UTF-8'])
  })
})

describe('a YAML task file', () => {
  test('has the rows that the same JSON has, with the names they have there', async () => {
    const cwd = workFolder()
    const text =
      '# yaml-language-server: $schema=x\ntasks:\n  - &one { type: double, payload: { n: 1 } }\n  - <<: *one\n    payload:\n      n: 2\n  - *one\n'
    writeFileSync(join(cwd, 'f.yaml'), text)
    writeFileSync(join(cwd, 'f.json'), JSON.stringify([double(1), double(2), double(1)]))
    const flags = ['--tasks', tasks, '--json', '--store', 'memory']
    const [yaml, json, piped] = await Promise.all([
      ran(['run', 'f.yaml', ...flags], { cwd }),
      ran(['run', 'f.json', ...flags], { cwd }),
      ran(['run', '-', '--format', 'yaml', ...flags], { cwd, input: text }),
    ])
    const [fromYaml, fromJson, fromPipe] = [yaml, json, piped].map(({ stdout }) =>
      events(stdout)
        .rows.map(({ row, result }) => `${row} ${String(result)}`)
        .sort(),
    )
    expect(fromYaml).toHaveLength(3)
    expect([fromYaml, fromPipe]).toEqual([fromJson, fromJson])
    const lines = new Set(events(yaml.stdout).rows.map(({ line }) => line))
    expect(lines).toEqual(new Set([3, 4, 7]))
  })

  test('says of everything that is no task where it is', async () => {
    const of = (text: string): Promise<unknown[]> => read('f.yml', text)
    expect(await of('- type: a\n  type: b\n')).toEqual(['2:3 this key was given before'])
    expect(await of('- type: a\n  prio: 1\n  delay: 1s\n')).toEqual([
      expect.stringContaining("2:3 a row has no field 'prio'"),
    ])
    expect(await of('- type: a\n- delay: soon\n  type: b\n')).toEqual([
      '1:3 {"type":"a"}',
      expect.stringMatching(/^2:3 delay must be a duration \(.*, not "soon"$/),
    ])
    expect(await of('- type: a\n  payload: .nan\n- [1]\n- *none\n')).toEqual([
      '2:12 JSON has no NaN: give a number, or text in quotes',
      '3:3 a task is an object, not an array: {"type": …}',
      '4:3 no value before this is called &none',
    ])
    expect(await of('- type: a\n---\n- type: b\n')).toEqual([
      '2:1 a task file is one YAML document, and here another begins',
    ])
    expect(await of('- ? [1]\n  : 2\n')).toEqual(['1:5 a key is text'])
    expect(await of('- type: !!timestamp 2001-01-01\n')).toEqual([
      expect.stringContaining('1:9 unresolved tag'),
    ])
    expect(await of('type: a\n')).toEqual([
      expect.stringContaining('1:1 a task file is an array of tasks'),
    ])
    expect(await of('prio: 1\ntasks: []\n')).toEqual([
      expect.stringContaining("1:1 beside the tasks there is no key 'prio'"),
    ])
    expect(await of('- type: [a\n')).toEqual([expect.stringMatching(/^2:1 flow sequence/)])
    expect(await of(`- ${'['.repeat(5_000)}`)).toContainEqual(
      expect.stringMatching(/^1:\d+ this is nested too deeply/),
    )
    expect(await of('# nothing\n')).toEqual([])
  })

  test('with aliases of aliases is not unfolded in memory', async () => {
    const lines = ['- &a0 [xxxxxxxxxxxxxxxxxxxxxxxxxxxx]']
    for (let n = 1; n < 12; n++) lines.push(`- &a${n} [${`*a${n - 1},`.repeat(9)}]`)
    const found = await read('f.yaml', lines.join('\n'))
    expect(found).toContainEqual(
      expect.stringMatching(/^\d+:\d+ with what its aliases stand for this is too large/),
    )
  })

  test('asks for its package where that is not installed, and takes it from where the command is called', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'f.yaml'), `- ${JSON.stringify(double(1))}\n`)
    const args = ['run', 'f.yaml', '--tasks', tasks, '--store', 'memory', '--dry-run']
    const env = { NODE_OPTIONS: `--import ${withoutYaml}` }
    const missing = await ran(args, { cwd, env })
    expect(missing.code).toBe(2)
    expect(missing.stderr).toBe(
      '✖ E_MISSING_DEP: f.yaml is YAML, and the package yaml is not installed\n  Install it: npm i yaml\n',
    )
    mkdirSync(join(cwd, 'node_modules'))
    const installed = join(import.meta.dirname, '../../node_modules/yaml')
    symlinkSync(installed, join(cwd, 'node_modules/yaml'))
    expect(await ran(args, { cwd, env })).toMatchObject({ code: 0 })
  })
})

/** Makes a process in which the command's own folder has no yaml beside it. */
const withoutYaml = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  if (name !== 'yaml' || !context.parentURL.includes('/src/cli/')) return next(name, context)
  throw Object.assign(new Error("Cannot find package 'yaml'"), { code: 'ERR_MODULE_NOT_FOUND' })
} })`)}`

async function read(name: string, text: string, format?: FileFormat): Promise<unknown[]> {
  const cwd = workFolder()
  writeFileSync(join(cwd, name), Buffer.from(text, 'latin1'))
  await using file = await TaskFile.open(join(cwd, name), format)
  const found: unknown[] = []
  for await (const chunk of file.rows())
    for (const row of chunk) {
      const parsed = isFault(row) ? row : parseRow(row)
      const { line, column } = isFault(parsed) ? parsed : row
      found.push(`${line}:${column} ${isFault(parsed) ? parsed.message : parsed.content}`)
    }
  return found
}
