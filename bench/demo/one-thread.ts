/**
 * The same work without an engine: `one-thread.ts <folder> <every>`, one thing after the other on one thread, as a plain
 * script would do it. Every so-manieth task stands for its neighbours; large ones are too unlike to stand for others and
 * are all done. Tells its progress and the estimate in lines of JSON.
 */
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readPlan, type Planned } from './plan.ts'

export type OneThreadLine =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'estimate' } & OneThread)

/** What one plain thread needs for all of the work. */
export interface OneThread {
  readonly ms: number
  /** How much of it went into getting outputs onto the disk, which the engine's tasks do and not every script would. */
  readonly syncMs: number
  readonly measured: number
  readonly tasks: number
}

const LARGE_BYTES = 4_000_000
/** Fewer would not tell what a type costs. */
const SAMPLE_MIN = 8

const [, , folder = '', every = '1'] = process.argv
const outputs = join(folder, 'one-thread')
let syncMs = 0
mkdirSync(outputs, { recursive: true })
tell({ kind: 'estimate', ...measure(groups(readPlan(folder).tasks, Number(every))) })

/** Tasks that are alike, and those of them that are done for all. */
interface Group {
  readonly tasks: readonly Planned[]
  readonly sample: readonly Planned[]
}

function groups(planned: readonly Planned[], stride: number): readonly Group[] {
  // A build of the second checkout came out of the engine's cache. A plain script is spared it too.
  const work = planned.filter(({ id }) => !id.startsWith('build-second'))
  const kinds = Map.groupBy(work, ({ type, bytes }) => (bytes > LARGE_BYTES ? 'large' : type))
  return [...kinds].map(([kind, tasks]) => {
    const step = Math.min(stride, Math.floor(tasks.length / SAMPLE_MIN))
    const whole = kind === 'large' || step < 2
    return { tasks, sample: whole ? tasks : tasks.filter((_, at) => at % step === 0) }
  })
}

function measure(all: readonly Group[]): OneThread {
  const count = all.reduce((sum, { sample }) => sum + sample.length, 0)
  const sums = { ms: 0, syncMs: 0, measured: 0, tasks: 0 }
  for (const { tasks, sample } of all) {
    const startedAt = performance.now()
    const syncedBefore = syncMs
    for (const task of sample) {
      perform(task)
      tell({ kind: 'progress', done: ++sums.measured, total: count })
    }
    const weight = tasks.length / sample.length
    sums.ms += (performance.now() - startedAt) * weight
    sums.syncMs += (syncMs - syncedBefore) * weight
    sums.tasks += tasks.length
  }
  return sums
}

function perform(task: Planned): void {
  switch (task.type) {
    case 'checksum-files':
      return checksum(task.payload.paths, task.payload.cwd, task.id)
    case 'compress-files':
      return task.payload.paths.forEach((path) => compress(path, task.payload.level))
    case 'run-build':
      return build(join(folder, 'direct', relative(join(folder, 'first'), task.payload.cwd)))
    case 'validate-files':
      for (const path of task.payload.paths)
        JSON.parse(readFileSync(join(task.payload.cwd ?? '', path), 'utf8'))
      return
    default:
      task satisfies never
  }
}

function checksum(paths: readonly string[], cwd: string, id: string): void {
  const lines = paths.map((path) => `${hash('sha256', readFileSync(join(cwd, path)))}  ${path}\n`)
  write(join(outputs, `${id}.sha256`), Buffer.from(lines.join('')))
}

function compress(path: string, level: number | undefined): void {
  const content = readFileSync(path)
  const packed = join(outputs, `${basename(path)}.gz`)
  write(packed, gzipSync(content, level === undefined ? {} : { level }))
  // The engine's handler reads back what it wrote, so the same is asked of this one.
  if (!gunzipSync(readFileSync(packed)).equals(content))
    throw new Error(`${packed} does not read back`)
}

function build(cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, ['build.mts'], { cwd })
  if (status !== 0)
    throw new Error(`the build in ${cwd} ended with ${status}: ${stderr.toString()}`)
}

function write(path: string, content: Uint8Array): void {
  const file = openSync(path, 'w')
  for (let at = 0; at < content.length;) at += writeSync(file, content, at)
  sync(file)
  closeSync(file)
  const inFolder = openSync(outputs, 'r')
  sync(inFolder)
  closeSync(inFolder)
}

function sync(file: number): void {
  const startedAt = performance.now()
  fsyncSync(file)
  syncMs += performance.now() - startedAt
}

function tell(line: OneThreadLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
