import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonFault } from '../../src/cli/task-file/json-text.ts'
import { LineTable } from '../../src/cli/task-file/line-table.ts'
import { isFault, type Fault, type RowText } from '../../src/cli/task-file/row-text.ts'
import { TaskFile } from '../../src/cli/task-file/task-file.ts'
import { events, ran, tasks, workFolder, writeRows } from './rig.ts'

describe('a task file', () => {
  test('that is invalid runs nothing, and every fault has its place', async () => {
    const cwd = workFolder()
    const lines = [
      '{"type":"double","payload":{"n":1}}',
      '{"type":"double",,}',
      '{"type":"nobody"}',
      '{"type":"double","after":"a"}',
      '{"type":"double","prio":1}',
      '{"type":"double","timeout":"soon"}',
      '{"type":"double","attempts":0}',
      '{"type":"double","id":"a"}',
      '  {"type":"double","id":"a"}',
      '[1]',
      '{"payload":1}',
      '{"type":"double","arm":"deploy"}',
      '{"type":"double","type":"double"}',
      '{"type":"double", "payload":{"n":1, "n":2}}',
      '{"type":"double","arm":"brain","priority":0.5}',
      '{"type":"double","priority":"high"}',
      '{"type":"double","timeout":0}',
    ]
    writeFileSync(join(cwd, 'bad.ndjson'), lines.join('\n'))
    const { code, stdout, stderr } = await ran(['run', 'bad.ndjson', '--tasks', tasks], { cwd })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.replaceAll(/there are .*|Known .*/g, '…')).toMatchInlineSnapshot(`
      "bad.ndjson:2:18  there is ',' where a key in double quotes should be
      bad.ndjson:3:2  no arm serves tasks of type 'nobody' (E_UNKNOWN_TYPE)
      bad.ndjson:4:18  after must be an array of at most 1000 ids, not "a"
      bad.ndjson:5:18  a row has no field 'prio'; …
      bad.ndjson:6:18  timeout must be a positive duration (250ms, 5s, 2m, 1h, 7d, or milliseconds as a number), not "soon"
      bad.ndjson:7:18  attempts must be a whole number from 1 to 1000, not 0
      bad.ndjson:9:20  the id 'a' was used before, in line 8
      bad.ndjson:10:1  a task is an object, not an array: {"type": …}
      bad.ndjson:11:1  the field 'type' is missing
      bad.ndjson:12:18  double: the arm 'deploy' does not serve it (E_UNKNOWN_ARM)
      bad.ndjson:13:18  the key 'type' was given before
      bad.ndjson:14:37  the key 'n' was given before
      bad.ndjson:15:18  arm must be one of deploy, batch, streams, secrets, builds, watchers, cleanup, analytics, not "brain"
      bad.ndjson:16:18  priority must be a whole number from 0 to 255, not "high"
      bad.ndjson:17:18  timeout must be a positive duration (250ms, 5s, 2m, 1h, 7d, or milliseconds as a number), not 0
      ✖ E_TASK_FILE: bad.ndjson has 15 invalid rows; nothing was run
        Correct the file, or leave such rows out with --skip-invalid.
      "
    `)
    expect(readdirSync(cwd)).not.toContain('.octopus')
  })

  test('with invalid rows runs the others when asked to', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'some.ndjson'), '{"type":"double","payload":{"n":1}}\n{"type":\n')
    const flags = ['--tasks', tasks, '--skip-invalid', '--json']
    const { code, stdout, stderr } = await ran(['run', 'some.ndjson', ...flags], { cwd })
    expect(code).toBe(0)
    expect(stderr).toContain('some.ndjson:2:9')
    expect(events(stdout).summary).toMatchObject({ ok: 1, invalid: 1 })
  })

  test('that is not there, or is a folder, is named', async () => {
    const cwd = workFolder()
    const { code, stderr } = await ran(['run', 'none.ndjson'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toBe(
      "✖ E_TASK_FILE: none.ndjson: cannot be read (ENOENT)\n  Name a file of tasks, or '-' for stdin.\n",
    )
  })

  test('knows two rows of one content from each other', async () => {
    const cwd = workFolder()
    const row = { type: 'double', payload: { n: 1 } }
    const { stdout } = await ran(
      ['run', writeRows(cwd, [row, row, row]), '--tasks', tasks, '--json'],
      { cwd },
    )
    const names = events(stdout)
      .rows.map(({ row: name }) => name.replace(/h_[\w-]{20}/, 'h'))
      .sort()
    expect(names).toEqual(['h', 'h.2', 'h.3'])
  })
})

describe('reading rows', () => {
  test('gives every line with its number, whatever the chunks, the breaks and the bytes', async () => {
    const cwd = workFolder()
    const long = 'x'.repeat(700_000)
    const parts = ['\ufeff{"a":1}', '', '  {"b":2}\r', `"${long}"`, '"é"', '"last"']
    writeFileSync(
      join(cwd, 'f'),
      Buffer.concat([Buffer.from(parts.join('\n')), Buffer.from('\n\xff\n"end"', 'latin1')]),
    )
    const rows = await readAll(join(cwd, 'f'))
    expect(
      rows.map((row) => (isFault(row) ? row : [row.line, row.column, row.text.length])),
    ).toEqual([
      [1, 1, 7],
      [3, 3, 7],
      [4, 1, 700_002],
      [5, 1, 3],
      [6, 1, 6],
      { line: 7, column: 1, message: 'this is not UTF-8' },
      [8, 1, 5],
    ])
  })

  test('takes an array that spans lines, up to where it breaks', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'f'), ' [\n {"a":\n1}, {"b":2},\n nope]')
    expect(await readAll(join(cwd, 'f'))).toEqual([
      { line: 2, column: 2, text: '{"a":\n1}' },
      { line: 3, column: 5, text: '{"b":2}' },
      { line: 4, column: 2, message: "there is 'n' where a value should be" },
    ])
  })

  test('finds a place for whatever JSON.parse refuses, and nothing where it does not', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([json, at, put]) => {
        const cut = at % (json.length + 1)
        return json.slice(0, cut) + put + json.slice(cut + 1)
      })
    fc.assert(
      fc.property(broken, (text) => {
        const fault = jsonFault(text)
        expect(fault.message === 'this is not JSON').toBe(parses(text))
        expect(fault.offset).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 2_000 },
    )
  })

  test('remembers the line of each of many names', () => {
    const table = new LineTable()
    for (let line = 1; line <= 20_000; line++)
      expect(table.add(`row ${line}`, line)).toBeUndefined()
    for (let line = 1; line <= 20_000; line++) expect(table.get(`row ${line}`)).toBe(line)
    expect(table.add('row 7', 99)).toBe(7)
    expect(table.get('row 0')).toBeUndefined()
  })
})

async function readAll(path: string): Promise<(RowText | Fault)[]> {
  await using file = await TaskFile.open(path)
  const rows: (RowText | Fault)[] = []
  for await (const chunk of file.rows()) rows.push(...chunk)
  return rows
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
