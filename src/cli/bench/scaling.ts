import { count, counted } from '../format.ts'
import type { BenchLevel } from './report.ts'

/** Below this share of a thread's work for each thread more, more threads are not worth it. */
const WORTH = 0.2
const SHORT_MS = 0.1

/** Where more threads stop to bring more, and what the figures say about why. */
export function scaling(
  levels: readonly BenchLevel[],
  cores: number,
): { readonly scalesTo: number; readonly words: string } {
  const at = levels.findIndex((level, index) => index > 0 && gain(levels[index - 1], level) < WORTH)
  const [last] = levels.slice(-1)
  const [before, stop] = at === -1 ? [last, undefined] : [levels[at - 1], levels[at]]
  const scalesTo = before?.threads ?? 0
  if (before === undefined || levels.length === 1)
    return { scalesTo, words: 'One number of threads says nothing about scaling.' }
  if (stop === undefined)
    return {
      scalesTo,
      words: `It scales to all ${scalesTo} threads measured: ${times(last, levels[0])} the work of ${levels[0]?.threads}.`,
    }
  return {
    scalesTo,
    words: `It stops scaling at ${counted(scalesTo, 'thread')}: ${stop.threads} do ${times(stop, before)} as much. ${why(before, stop, cores)}`,
  }
}

/** What each thread more brought, as a share of what one brought before. */
function gain(before: BenchLevel | undefined, level: BenchLevel): number {
  if (before === undefined || before.throughput === 0) return 1
  const each = before.throughput / before.threads
  return (level.throughput - before.throughput) / (each * (level.threads - before.threads))
}

function why(before: BenchLevel, stop: BenchLevel, cores: number): string {
  const slower = stop.run.meanUs / Math.max(1, before.run.meanUs)
  if (stop.run.meanUs < SHORT_MS * 1_000)
    return `A run takes ${count(Math.round(stop.run.meanUs))} us: the way to a thread and back costs as much. Give each task more work.`
  if (stop.threads > cores) return `This machine has ${cores} cores.`
  return slower > 1.3
    ? `Each run takes ${slower.toFixed(1)} times as long there: the threads share memory, a disk or cores that others use.`
    : 'The runs are as quick as before: the time goes between them, to the engine, the store or other programs.'
}

function times(level: BenchLevel | undefined, base: BenchLevel | undefined): string {
  return `${((level?.throughput ?? 0) / (base?.throughput ?? 1)).toFixed(2)} times`
}
