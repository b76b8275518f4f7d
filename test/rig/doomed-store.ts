import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { spawnNode } from './node.ts'

/** Starts a store's owner in another process and kills it with -9 once it has said so many lines; returns all of them. */
export async function killAfter(
  linesMax: number,
  path: string,
  doing: 'work' | 'idle' | 'die running' | 'retry' | 'graph' = 'work',
): Promise<string[]> {
  const owner = await startOwner(path, doing, linesMax)
  return owner.kill()
}

/** An owner that has said so many lines and goes on. */
export async function startOwner(
  path: string,
  doing: 'work' | 'idle' | 'die running' | 'retry' | 'graph',
  linesMax = 1,
): Promise<{ readonly pid: number; kill(): Promise<string[]> }> {
  const child = spawnNode(new URL('./store-child.ts', import.meta.url), [path, doing], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const lines: string[] = []
  const enough = Promise.withResolvers<void>()
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line)
    if (lines.length >= linesMax) enough.resolve()
  })
  child.on('exit', (code) => enough.reject(new Error(`the owner ended by itself: ${code}`)))
  await enough.promise
  return {
    pid: child.pid!,
    async kill() {
      child.kill('SIGKILL')
      await closed
      return lines
    },
  }
}

/** What an owner says that does something, closes nothing and has nothing left to do. */
export async function untilItLeaves(path: string): Promise<string[]> {
  const child = spawnNode(new URL('./store-child.ts', import.meta.url), [path, 'leave'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the owner ended with ${code}`)
  return lines
}

/** The seqs of the lines that begin with `mark`. */
export function seqsAfter(mark: string, lines: readonly string[]): number[] {
  return lines.filter((line) => line.startsWith(`${mark} `)).map((line) => Number(line.slice(2)))
}
