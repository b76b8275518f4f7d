/** A night of text files through `octopus map`, killed twice with SIGKILL and resumed. Run it: bash run.sh */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const FILES = 3_000
const KILLED_AT = [600, 1_500]

const octopus = fileURLToPath(
  new URL('dist/cli/bin.js', import.meta.resolve('octopus-executor/package.json')),
)
const folder = mkdtempSync(join(tmpdir(), 'octopus-night-'))
const output = join(folder, 'words.ndjson')
const sums = writeNight()
cpSync(join(import.meta.dirname, 'count-words.ts'), join(folder, 'count-words.ts'))

for (const [nth, lines] of KILLED_AT.entries()) {
  const map = start(nth === 0 ? [] : ['--resume'])
  const killed = once(map, 'exit')
  while (linesWritten() < lines && map.exitCode === null) await pause(5)
  map.kill('SIGKILL')
  const [, signal] = (await killed) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL', 'it was over before it could be killed')
  console.log(`killed with SIGKILL after ${linesWritten()} of ${FILES} results`)
}
const [code] = (await once(start(['--resume']), 'exit')) as [number | null]
assert.equal(code, 0)

const results = readFileSync(output, 'utf8').trim().split('\n').map(parsed)
assert.equal(results.length, FILES)
assert.equal(new Set(results.map(({ input }) => input)).size, FILES)
for (const { input, result } of results) assert.equal(result.sha256, sums.get(input))
rmSync(folder, { recursive: true })
console.log(`${FILES} files, each result in the output exactly once, every one verified`)

/** Texts that differ; by their paths as the command will see them, what a computation of our own makes of them. */
function writeNight(): ReadonlyMap<string, string> {
  mkdirSync(join(folder, 'texts'))
  const expected = new Map<string, string>()
  for (let nth = 0; nth < FILES; nth++) {
    const text = Array.from({ length: 2_000 }, (_, at) => `word${(at * (nth + 1)) % 997}`).join(' ')
    const file = join('texts', `${nth}.txt`)
    writeFileSync(join(folder, file), text)
    expected.set(file, createHash('sha256').update(text).digest('hex'))
  }
  return expected
}

function start(flags: readonly string[]): ReturnType<typeof spawn> {
  const args = ['map', 'count-words.ts', 'texts/*.txt', '-o', output, '--quiet', ...flags]
  return spawn(process.execPath, [octopus, ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

function linesWritten(): number {
  return existsSync(output) ? readFileSync(output, 'utf8').split('\n').length - 1 : 0
}

function parsed(line: string): {
  readonly input: string
  readonly result: { readonly sha256: string }
} {
  return JSON.parse(line) as ReturnType<typeof parsed>
}
