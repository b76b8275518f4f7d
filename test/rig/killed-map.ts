import { hash } from 'node:crypto'
import { readFileSync, statSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { octopus, ran, type Command, type Ended } from '../cli/rig.ts'

// A map over real files whose process is killed again and again, and resumed each time.

const functions = join(import.meta.dirname, '../cli/fixtures/functions.ts')
const OUT = 'out.ndjson'

export interface KilledMap {
  readonly end: Ended
  /** How many results were in the file at each death. */
  readonly atDeaths: readonly number[]
  /** From each line of the file. */
  readonly results: readonly { readonly input: string; readonly result: string }[]
  /** What each input should come to, by an independent computation. */
  readonly expected: ReadonlyMap<string, string>
}

/** @param deaths how many results are to be in the file, at least, when the process is killed for the first time, … */
export async function killedMap(
  cwd: string,
  exportName: 'sha256' | 'sha256Slowly',
  files: number,
  deaths: readonly number[],
): Promise<KilledMap> {
  const words = ['map', `${functions}#${exportName}`, '-a', 'list', '-o', OUT, '--quiet']
  const expected = writeFiles(cwd, files)
  const atDeaths: number[] = []
  for (const [at, results] of deaths.entries()) {
    const command = octopus(at === 0 ? words : [...words, '--resume'], { cwd })
    await reached(join(cwd, OUT), results, command)
    command.child.kill('SIGKILL')
    await command.ended
    atDeaths.push(readResults(join(cwd, OUT)).length)
  }
  const end = await ran([...words, '--resume'], { cwd })
  return { end, atDeaths, results: readResults(join(cwd, OUT)), expected }
}

function writeFiles(cwd: string, count: number): Map<string, string> {
  const expected = new Map<string, string>()
  for (let n = 0; n < count; n++) {
    const text = `file ${n}\n`.repeat(1 + (n % 400))
    writeFileSync(join(cwd, `f${n}.txt`), text)
    expected.set(`f${n}.txt`, hash('sha256', text))
  }
  writeFileSync(join(cwd, 'list'), [...expected.keys()].join('\n'))
  return expected
}

/** Resolves once the file has so many lines; rejects when the command ends before that. */
async function reached(path: string, lines: number, command: Command): Promise<void> {
  const over = command.ended.then(({ code, stderr }) => {
    throw new Error(`it ended (${code}) before it could be killed: ${stderr}`)
  })
  over.catch(() => undefined)
  writeFileSync(path, '', { flag: 'a' })
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    // A result is some 200 bytes: the lines are counted only once there may be enough.
    if (statSync(path).size > lines * 100 && linesOf(path).length >= lines) resolve()
  }
  const watcher = watch(path, look)
  look()
  await Promise.race([promise, over]).finally(() => watcher.close())
}

/** Whole lines; the last may be torn. */
function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

function readResults(path: string): { input: string; result: string }[] {
  return linesOf(path).map((line) => JSON.parse(line) as { input: string; result: string })
}
