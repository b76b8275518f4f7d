// Runs every part of `npm run check` side by side, prints the output of those that failed, and one line for each.

import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { join } from 'node:path'

const parts = ['types', 'lint', 'format', 'unused', 'proto', 'docs', 'architecture'] as const
type Part = (typeof parts)[number]

const root = join(import.meta.dirname, '..')
const results = await Promise.all(parts.map(runPart))
for (const { output, passed, part } of results)
  if (!passed) console.error(`\n--- ${part} ---\n${output.trimEnd()}`)
console.log()
for (const { ms, passed, part } of results)
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${part.padEnd(12)} ${(ms / 1000).toFixed(1)} s`)
if (results.some(({ passed }) => !passed)) process.exitCode = 1

interface Result {
  readonly part: Part
  readonly passed: boolean
  readonly output: string
  readonly ms: number
}

function runPart(part: Part): Promise<Result> {
  const script = part === 'proto' || part === 'docs' ? `${part}:check` : `check:${part}`
  const startedAt = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.on('error', reject)
  child.on('close', (code) =>
    resolve({ part, passed: code === 0, output, ms: performance.now() - startedAt }),
  )
  return promise
}
