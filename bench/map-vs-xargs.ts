/**
 * Is `octopus map` over many small files at most as slow as `xargs -P` with an equivalent Node script for each batch?
 * Both read the same list and do the same work; their outputs are compared. `octopus map` also keeps every input and
 * result on disk on the way. FILES=20000 asks for more files.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answer, median, whole, type Figure } from './harness.ts'

const FILES = Number(process.env['FILES'] ?? 5_000)
const ROUNDS = 5
const CORES = availableParallelism()
/** Usual for xargs: a process is started for each, and what a crash loses is small. */
const BATCH = 100
/** The best that xargs can do: one process a core, nothing evened out, all of a batch lost with its process. */
const SHARE = Math.ceil(FILES / CORES)
const WORKS = ['sha256', 'gzip'] as const

const bin = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))

const WORK = `import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
export function sha256(file) { return createHash('sha256').update(readFileSync(file)).digest('hex') }
export function gzip(file) { return gzipSync(readFileSync(file)).length }
`
const SCRIPT = `import * as work from './work.mjs'
const [name, ...files] = process.argv.slice(2)
for (const input of files) process.stdout.write(JSON.stringify({ input, result: work[name](input) }) + '\\n')
`

interface Way {
  readonly name: string
  readonly command: string
}

interface Run {
  readonly wallMs: number
  readonly cpuMs: number
}

async function* figures(): AsyncGenerator<Figure> {
  build()
  const folder = mkdtempSync(join(tmpdir(), 'octopus-bench-'))
  try {
    writeInputs(folder)
    for (const work of WORKS) yield* figuresOf(work, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function* figuresOf(work: string, folder: string): AsyncGenerator<Figure> {
  const ways = waysOf(work)
  const runs = new Map<string, Run[]>(ways.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ways) runs.get(way.name)?.push(run(way, folder))
  const [own = { name: '' }, ...others] = ways
  for (const other of others) {
    const ownMs = medianOf(runs, own.name, 'wallMs')
    const otherMs = medianOf(runs, other.name, 'wallMs')
    const aimed = other.name !== `xargs -n ${SHARE}`
    yield {
      question: `${work} of ${whole(FILES)} files by octopus map, against ${other.name}, -P${CORES}`,
      seen: `${(ownMs / otherMs).toFixed(2)} of its time: ${described(runs, own.name)} against ${described(runs, other.name)}`,
      aim: aimed ? 'at most its time' : '',
      held: aimed ? ownMs <= otherMs : undefined,
    }
  }
}

function waysOf(work: string): Way[] {
  const script = `${process.execPath} batch.mjs ${work}`
  const ways = [
    {
      name: 'octopus map',
      command: `${process.execPath} ${bin} map work.mjs#${work} -a list --quiet --max-parallel ${CORES}`,
    },
    ...[BATCH, SHARE].map((batch) => ({
      name: `xargs -n ${batch}`,
      command: `xargs -a list -P${CORES} -n ${batch} ${script}`,
    })),
  ]
  const parallel = `parallel -a list -j${CORES} -n ${BATCH} ${script}`
  return has('parallel') ? [...ways, { name: `parallel -n ${BATCH}`, command: parallel }] : ways
}

/** @throws when the output is not what the work comes to */
function run({ name, command }: Way, folder: string): Run {
  rmSync(join(folder, '.octopus'), { recursive: true, force: true })
  const timed = `TIMEFORMAT='%3R %3U %3S'; time ${command} > out.ndjson 2> said`
  const { stderr, status } = spawnSync('bash', ['-c', timed], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name}: ${readFileSync(join(folder, 'said'), 'utf8')}`)
  const [real = NaN, user = NaN, system = NaN] = stderr.trim().split(' ').map(Number)
  compare(name, folder)
  return { wallMs: real * 1_000, cpuMs: (user + system) * 1_000 }
}

let first: string | undefined

/** All ways of a work give the same results, whatever their order. */
function compare(name: string, folder: string): void {
  const lines = readFileSync(join(folder, 'out.ndjson'), 'utf8').trimEnd().split('\n')
  const results = lines.map((line) => {
    const { input, result } = JSON.parse(line) as { input: string; result: unknown }
    return `${input} ${JSON.stringify(result)}`
  })
  if (results.length !== FILES) throw new Error(`${name} gave ${results.length} results`)
  const all = results.sort().join('\n')
  const kind = all.includes('"') ? 'sha256' : 'gzip'
  if (name === 'octopus map') first = all
  else if (all !== first) throw new Error(`${name} came to other results of ${kind}`)
}

function writeInputs(folder: string): void {
  mkdirSync(join(folder, 'in'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module","name":"map-vs-xargs"}')
  writeFileSync(join(folder, 'work.mjs'), WORK)
  writeFileSync(join(folder, 'batch.mjs'), SCRIPT)
  const names = Array.from({ length: FILES }, (_, n) => `in/${n}.txt`)
  for (const [n, name] of names.entries()) writeFileSync(join(folder, name), textOf(n))
  writeFileSync(join(folder, 'list'), `${names.join('\n')}\n`)
}

/** 2 to 26 KiB that shrink to about a third, as text does. */
function textOf(n: number): string {
  let state = n + 1
  const words: string[] = []
  for (let count = 300 + ((n * 2_654_435_761) % 3_500); count > 0; count--) {
    state = (state * 16_807) % 2_147_483_647
    words.push((state % 5_000).toString(36), 'lorem')
  }
  return words.join(' ')
}

function medianOf(runs: ReadonlyMap<string, Run[]>, name: string, of: keyof Run): number {
  return median((runs.get(name) ?? []).map((one) => one[of]))
}

function described(runs: ReadonlyMap<string, Run[]>, name: string): string {
  const seconds = (of: keyof Run): string => (medianOf(runs, name, of) / 1_000).toFixed(2)
  return `${seconds('wallMs')} s (${seconds('cpuMs')} s of CPU)`
}

function has(program: string): boolean {
  return spawnSync('bash', ['-c', `command -v ${program}`]).status === 0
}

function build(): void {
  const script = fileURLToPath(new URL('../scripts/build.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('dist cannot be built')
}

await answer(figures)
