import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/builds/handlers/validate-files.ts'
import { jsonFault } from '../../src/arms/builds/syntax/json.ts'
import { importPeer } from '../../src/arms/peer.ts'
import {
  validateFiles,
  type ValidateInput,
  type ValidateResult,
} from '../../src/arms/builds/tasks.ts'
import type { TaskContext } from '../../src/arms/task-context.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

function validate(payload: ValidateInput, context: TaskContext): Promise<ValidateResult> {
  return perform(validateFiles, run, payload, context)
}

async function faultsOf(
  files: Readonly<Record<string, string | Buffer>>,
  over: Partial<ValidateInput> = {},
): Promise<ValidateResult> {
  using folder = new Folder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(folder.at(name)), { recursive: true })
    writeFileSync(folder.at(name), content)
  }
  return await validate(
    { paths: Object.keys(files), cwd: folder.path, ...over },
    taskContext(folder),
  )
}

describe('validate-files', () => {
  it.each([
    ['a.json', '{"a":1,}', 'a.json:1:8'],
    ['a.json', '{"a":nope}', 'a.json:1:6'],
    ['a.json', '[1,\n 2,\n]', 'a.json:3:1'],
    ['a.json', '', 'a.json:1:1'],
    ['a.json', '"line\nbreak"', 'a.json:1:6'],
    ['a.json', '\uFEFF{}', 'a.json:1:1'],
    ['a.jsonl', '{}\n\n{"x":}\n', 'a.jsonl:3:6'],
    ['a.cjs', Buffer.from([0x2f, 0x2f, 0x0a, 0x2f, 0x2f, 0xff]), 'a.cjs:2:3'],
    ['a.cjs', 'const a = 1\n  let x = ;\n', 'a.cjs:2:11'],
    ['a.cjs', 'import a from "b"', 'a.cjs:1:1'],
    ['a.cjs', '}}); process.exit(1); (function(){', 'a.cjs:1:1'],
    ['a.mjs', 'const a = 1\n  let x = ;\n', 'a.mjs:2:11'],
    ['a.mjs', 'export const a = 1\n\nexport const a = 2\n', 'a.mjs:3:1'],
    ['a.mjs', 'import x from "a"\nreturn 1', 'a.mjs:2:1'],
    ['a.mjs', 'let text = `never closed', 'a.mjs:1:12'],
    ['a.js', 'export const a = 1\nlet x = ;', 'a.js:2:9'],
    ['a.js', 'const x = {\n  a: 1,,\n}', 'a.js:2:8'],
    ['a.yaml', 'a: 1\nb: [1, 2\nc: 3\n', 'a.yaml:3:1'],
    ['a.toml', 'a = 1\nb = [1, 2\nc = 3\n', 'a.toml:3:1'],
    ['a.yml', 'a: 1\na: 2\n', 'a.yml:2:1'],
  ])('finds the fault in %s %j at %s', async (name, content, at) => {
    const { ok, invalid } = await faultsOf({ [name]: content })
    expect(ok).toBe(false)
    expect(invalid).toHaveLength(1)
    expect(invalid[0]?.at).toBe(at)
    expect(invalid[0]?.message).not.toBe('')
  })

  it('says what is wrong, not only where', async () => {
    const { invalid } = await faultsOf({
      'a.json': '\uFEFF{}',
      'b.json': '{"a" 1}',
      'c.json': '"\\x"',
    })
    expect(invalid.map(({ message }) => message)).toEqual([
      'JSON must not begin with a byte order mark',
      'expected :, found "1"',
      'expected a closing " or a valid character, found "\\\\"',
    ])
  })

  it('passes what is valid, in each way a file may be meant', async () => {
    const result = await faultsOf({
      'a.json': '{"a":[1,2.5e3,"\\u0041\\n"],"b":null}',
      'a.ndjson': '{}\r\n[]\r\n',
      'mark.js': '\uFEFFexport {}',
      'mark.cjs': '\uFEFF#!/usr/bin/env node\nreturn 1',
      'a.cjs': '#!/usr/bin/env node\nreturn require("x")(__dirname)',
      'a.mjs':
        '#!/usr/bin/env node\nimport a from "nowhere"; await a; export default import.meta.url',
      'esm/package.json': '{"type":"module"}',
      'esm/deep/a.js': 'export const a = await 1',
      'cjs/package.json': '{"type":"commonjs"}',
      'cjs/a.js': 'module.exports = () => { with (x) {} }',
      'unsaid.js': 'import "x"; export {}',
      'awaits.js': 'await 1',
      'a.toml': '[a]\nb = 1979-05-27\n',
      'a.yaml': 'a: &x [1]\nb: *x\n---\nc: 2\n',
    })
    expect(result.invalid).toEqual([])
    expect(result).toMatchObject({ ok: true, summary: '14 files valid' })
  })

  it('holds a module to be a module where its package says so', async () => {
    const files = { 'package.json': '{"type":"module"}', 'a.js': 'with (x) {}' }
    expect((await faultsOf(files)).invalid.map(({ at }) => at)).toEqual(['a.js:1:1'])
  })

  it('holds CommonJS to be CommonJS where its package says so', async () => {
    const { invalid } = await faultsOf({
      'package.json': '{"type":"commonjs"}',
      'a.js': 'export const a = 1',
    })
    expect(invalid.map(({ at }) => at)).toEqual(['a.js:1:1'])
  })

  it('never runs what it checks', async () => {
    const harm = 'globalThis.harmed = true; process.exitCode = 99;'
    const before = process.exitCode
    await faultsOf({ 'a.mjs': `${harm} export {}`, 'a.cjs': harm, 'a.js': `export {}; ${harm}` })
    expect(globalThis).not.toHaveProperty('harmed')
    expect(process.exitCode).toBe(before)
  })

  it('tells what is over budget, known syntax or not', async () => {
    const result = await faultsOf(
      { 'a.json': '[1,2,3]', 'b.bin': 'x'.repeat(50) },
      { budgets: { maxBytes: 10 } },
    )
    expect(result).toMatchObject({
      ok: false,
      overBudget: [{ path: 'b.bin', bytes: 50 }],
      metrics: { checked: 1, unchecked: 1 },
    })
  })

  it('fails when strict', async () => {
    await expect(faultsOf({ 'a.json': '{' }, { strict: true })).rejects.toMatchObject({
      code: 'E_CORRUPT',
      message: expect.stringContaining('a.json:1:2') as string,
    })
  })

  it('names the package that is missing', async () => {
    await expect(importPeer('no-such-package')).rejects.toMatchObject({
      code: 'E_MISSING_DEP',
      message: expect.stringMatching(/npm i no-such-package$/) as string,
    })
  })

  it('refuses to pass files that it knows nothing about', async () => {
    await expect(faultsOf({ 'a.txt': 'hello' })).rejects.toMatchObject({ code: 'E_PAYLOAD' })
    await expect(
      faultsOf({ 'a.json': '{}' }, { budget: { maxBytes: 1 } } as never),
    ).rejects.toThrow(/budget/)
  })

  it('is deep without overflowing', async () => {
    const { invalid } = await faultsOf({ 'a.json': `${'['.repeat(1_000_000)}x` })
    expect(invalid.map(({ at }) => at)).toEqual(['a.json:1:1000001'])
  })

  it('keeps its result small, however many files are bad', async () => {
    using folder = new Folder()
    for (let index = 0; index < 1500; index++)
      writeFileSync(folder.at(`file-with-a-rather-long-name-${index}.json`), '{')
    const result = await validate({ paths: ['*.json'], cwd: folder.path }, taskContext(folder))
    expect(result.metrics['invalid']).toBe(1500)
    expect(JSON.stringify(result).length).toBeLessThan(64 * 1024)
  })

  it('stops when cancelled', async () => {
    using folder = new Folder()
    for (const name of ['a.json', 'b.json', 'c.json']) writeFileSync(folder.at(name), '{}')
    const abort = new AbortController()
    const context = taskContext(folder, {
      signal: abort.signal,
      progress: () => abort.abort(new Error('cancelled')),
    })
    await expect(validate({ paths: ['*.json'], cwd: folder.path }, context)).rejects.toThrow(
      'cancelled',
    )
  })
})

describe('the place of a fault in JSON', () => {
  it('is found for whatever JSON.parse refuses: the text before it could still have become JSON', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '0.5',
      'true',
      'nul',
      ' ',
      '\n',
      '\\',
      '\\n',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        const fault = jsonFault(text)
        expect(fault === undefined).toBe(isJson(text))
        if (fault === undefined) return
        const lines = text.split('\n')
        expect(fault.line).toBeLessThanOrEqual(lines.length)
        expect(fault.column).toBeLessThanOrEqual((lines[fault.line - 1] ?? '').length + 1)
      }),
      { numRuns: 2000 },
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
