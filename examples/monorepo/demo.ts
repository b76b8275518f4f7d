/** A workspace built by `octopus run build.json`: in order, from the cache, and with a broken root. Run it: bash run.sh */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Built {
  readonly row: string
  readonly state: string
  readonly result?: { readonly cache: 'hit' | 'miss'; readonly why: readonly string[] }
}

const octopus = fileURLToPath(
  new URL('dist/cli/bin.js', import.meta.resolve('octopus-executor/package.json')),
)
const folder = mkdtempSync(join(tmpdir(), 'octopus-monorepo-'))
cpSync(join(import.meta.dirname, 'workspace'), folder, { recursive: true })

const first = build('a first build')
assert.deepEqual(order(first), ['core', 'tax', 'cart', 'receipt', 'app'])
assert.ok(first.every(({ result }) => result?.cache === 'miss'))

const second = build('the same again')
assert.ok(second.every(({ result }) => result?.cache === 'hit'))

appendFileSync(join(folder, 'packages/text/src/index.js'), "export const free = 'gratis'\n")
const third = build('text was changed')
const rebuilt = third.filter(({ result }) => result?.cache === 'miss').map(({ row }) => row)
assert.deepEqual(rebuilt.sort(), ['receipt', 'text'])

const core = join(folder, 'packages/core/src/index.js')
const good = readFileSync(core, 'utf8')
writeFileSync(core, `${good}export const = 1\n`)
const broken = octopusRun('--attempts', '1')
console.log(`\n== core is broken ==${broken.stdout}`)
assert.equal(broken.status, 1)
assert.match(broken.stdout, /1 ok +1 failed +4 skipped/)
assert.match(broken.stdout, /4 skipped because core failed {2}build\.json:\d+/)

writeFileSync(core, good)
const mended = build('core was mended, and what it had stopped is built with it', '--only-failed')
assert.deepEqual(order(mended), ['core', 'tax', 'cart', 'receipt', 'app'])
assert.ok(mended.every(({ state }) => state === 'succeeded'))
rmSync(folder, { recursive: true })
console.log(
  '\nsix packages: built in order, then from the cache, only what changed, and nothing behind a broken root',
)

/** Every build must succeed. */
function build(title: string, ...flags: readonly string[]): readonly Built[] {
  const { status, stdout, stderr } = octopusRun('--json', ...flags)
  assert.equal(status, 0, stderr)
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Built & { ev: string })
  const built = events.filter(({ ev }) => ev === 'task.finished')
  console.log(`\n== ${title} ==`)
  for (const { row, result } of built)
    console.log(`${row.padEnd(8)} ${result?.cache.padEnd(4)}  ${result?.why.join('; ') ?? ''}`)
  return built
}

function octopusRun(...flags: readonly string[]): {
  status: number | null
  stdout: string
  stderr: string
} {
  const args = [octopus, 'run', 'build.json', '--allow-exec', 'node', '--ui', 'none', ...flags]
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
}

/** The packages of the longest chain, in the order in which they were ready. */
function order(built: readonly Built[]): readonly string[] {
  return built.map(({ row }) => row).filter((row) => row !== 'text')
}
