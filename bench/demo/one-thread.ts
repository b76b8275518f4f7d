/**
 * The same work without an engine: `one-thread.ts <folder> <stride>`, one thing after the other on one thread, as a
 * plain script would do it. Every `stride`th task stands for its neighbours; large ones are too unlike to stand for
 * others and are all done. Tells progress and the estimate in lines of JSON.
 */
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readPlan, type Planned } from './plan.ts'

export type OneThreadLine =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'estimate'; readonly ms: number; readonly measured: number }

const LARGE_BYTES = 4_000_000

const [, , folder = '', stride = '1'] = process.argv
const plan = readPlan(folder)
const outputs = join(folder, 'one-thread')
mkdirSync(outputs, { recursive: true })
// A build of the second checkout is none: the engine had it in its cache, and a plain script is spared it too.
const work = plan.tasks.filter(({ id }) => !id.startsWith('build-second'))
const large = work.filter(({ bytes }) => bytes > LARGE_BYTES)
const sample = Object.values(Object.groupBy(work.filter((task) => !large.includes(task)), ({ type }) => type))
tell()

function tell(): void {
  const strided = sample.map((tasks) => ({ tasks, every: Math.max(1, Math.min(Number(stride), Math.floor(tasks.length / 5))) }))
  const groups = [...strided, { tasks: large, every: 1 }]
  let ms = 0
  let measured = 0
  const total = groups.reduce((sum, { tasks, every }) => sum + Math.ceil(tasks.length / every), 0)
  for (const { tasks, every } of groups) {
    const chosen = tasks.filter((_, at) => at % every === 0)
    let own = 0
    for (const task of chosen) {
      own += timed(() => perform(task))
      print({ kind: 'progress', done: ++measured, total })
    }
    if (chosen.length > 0) ms += (own * tasks.length) / chosen.length
    if (process.env['T']) console.error(tasks[0]?.type, tasks.length, chosen.length, own)
  }
  print({ kind: 'estimate', ms, measured })
}

function perform(task: Planned): void {
  switch (task.type) {
    case 'checksum-files':
      return sum(task.payload.paths.map((path) => join(task.payload.cwd, path)), task.id)
    case 'compress-files':
      return task.payload.paths.forEach(compress)
    case 'run-build':
      return build(task.payload.cwd.replace('/first/', '/direct/'))
    case 'validate-files':
      for (const path of task.payload.paths) JSON.parse(readFileSync(join(task.payload.cwd ?? '', path), 'utf8'))
      return
    default:
      task satisfies never
  }
}

function sum(paths: readonly string[], id: string): void {
  const lines = paths.map((path) => `${hash('sha256', readFileSync(path))}  ${path}\n`)
  writeFileSync(join(outputs, `${id}.sha256`), lines.join(''))
}

function compress(path: string): void {
  const content = readFileSync(path)
  const packed = join(outputs, `${basename(path)}.gz`)
  writeFileSync(packed, gzipSync(content))
  // The engine's handler reads back what it wrote, so the same is asked of this one.
  if (!gunzipSync(readFileSync(packed)).equals(content)) throw new Error(`${packed} does not read back`)
}

function build(cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, ['build.mts'], { cwd })
  if (status !== 0) throw new Error(`the build in ${cwd} ended with ${status}: ${stderr.toString()}`)
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

function print(line: OneThreadLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
