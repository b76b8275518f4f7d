import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'

/** One line of bench/results.md: what was asked, what was seen, what was aimed at. */
export interface Figure {
  readonly question: string
  readonly seen: string
  readonly aim: string
  /** Undefined where there is no aim to hold. */
  readonly held: boolean | undefined
}

/** One file, one question: prints its figures as JSON lines when run by itself. */
export async function answer(figures: () => AsyncGenerator<Figure>): Promise<void> {
  for await (const figure of figures()) process.stdout.write(`${JSON.stringify(figure)}\n`)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

/** Tasks a second of `count` tasks that `work` did. */
export async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return count / ((performance.now() - startedAt) / 1_000)
}

/** `callers` loops that share `count` calls, each waiting for its own before the next. */
export async function callersOf(
  callers: number,
  count: number,
  call: () => Promise<unknown>,
): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        left -= 1
        await call()
      }
    }),
  )
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** The machine and the commit that figures belong to. */
export function provenance(): string[] {
  const [cpu] = cpus()
  const dirty = git('status', '--porcelain') === '' ? '' : ' with uncommitted changes'
  return [
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Machine: ${availableParallelism()} cores, ${cpu?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    `- Node ${process.versions.node}`,
    `- Commit: ${git('rev-parse', '--short', 'HEAD')}${dirty}`,
    '- Command: `npm run bench`',
  ]
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown (not a git checkout)'
  }
}
