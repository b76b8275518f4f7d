import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ran } from './rig.ts'
import { storedTasks } from './stored.ts'

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octopus-light-'))
  await storedTasks(join(folder, 'state.db'))
  writeFileSync(
    join(folder, 'loaded.mjs'),
    `import { registerHooks } from 'node:module'
     registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context) } })`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The files a command loads. */
async function loadedBy(args: readonly string[]): Promise<string> {
  const env = { NODE_OPTIONS: `--import ${join(folder, 'loaded.mjs')}`, OCTOPUS_STORE: 'state.db' }
  const { code, stderr } = await ran(args, { cwd: folder, env })
  expect(code).toBe(0)
  expect(stderr).toContain('src/main/store/store-reader.ts')
  return stderr
}

const HEAVY =
  /piscina|comlink|hdr-histogram|valibot|src\/arms\/|main\/(index|engine|octopus|scheduler)\.ts/

test('status loads neither the engine nor a codec', async () => {
  const loaded = await loadedBy(['status'])
  expect(loaded).not.toMatch(HEAVY)
  expect(loaded).not.toContain('protobufjs')
})

test('ls loads the codec and no engine', async () => {
  const loaded = await loadedBy(['ls'])
  expect(loaded).not.toMatch(HEAVY)
  expect(loaded).toContain('protobufjs')
})
