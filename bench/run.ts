/** Runs every question in a process of its own and writes bench/results.md. Name files to run only those. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { provenance, type Figure } from './harness.ts'

const QUESTIONS = [
  'noop-vs-piscina',
  'short-tasks',
  'durable',
  'million-pending',
  'cold-start',
  'store',
  'codec',
  'map-vs-xargs',
]

const wanted = process.argv.slice(2)
const chosen = wanted.length === 0 ? QUESTIONS : QUESTIONS.filter((name) => wanted.includes(name))
const sections: string[] = []
for (const name of chosen) sections.push(await section(name))
if (wanted.length === 0) await writeResults(sections)

async function section(name: string): Promise<string> {
  process.stdout.write(`\n${name}\n`)
  const rows: string[] = []
  for await (const figure of figuresOf(name)) {
    const mark = figure.held === undefined ? '' : figure.held ? 'yes' : '**no**'
    process.stdout.write(
      `  ${figure.question}: ${figure.seen}${figure.aim === '' ? '' : `  (${figure.aim}: ${mark})`}\n`,
    )
    rows.push(`| ${figure.question} | ${figure.seen} | ${figure.aim} | ${mark} |`)
  }
  return [
    `## ${name}`,
    '',
    '| question | seen | aim | held |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

async function* figuresOf(name: string): AsyncGenerator<Figure> {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=octopus-src', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  for await (const line of createInterface({ input: child.stdout }))
    yield JSON.parse(line) as Figure
  const code = await ended
  if (code !== 0) throw new Error(`bench/${name}.ts ended with exit code ${code}`)
}

async function writeResults(all: readonly string[]): Promise<void> {
  const head = [
    '# Results',
    '',
    ...provenance(),
    '',
    'Medians of interleaved rounds on a shared, noisy machine; ratios are within one run. Losses stand as seen.',
    '',
  ]
  await writeFile(new URL('./results.md', import.meta.url), [...head, ...all].join('\n'))
}
