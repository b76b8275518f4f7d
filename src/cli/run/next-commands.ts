import { shellWord } from '../format.ts'
import type { RunFlags } from './flags.ts'
import type { RunSummary } from './summary.ts'

/** What can be done after this run, as lines to copy. A store in memory has kept nothing to go on with. */
export function nextCommands(
  file: string,
  flags: RunFlags,
  summary: RunSummary,
  kept: boolean,
): string[] {
  if (!kept) return []
  const { left, failed, skipped, failedBefore } = summary
  if (left > 0) return [` go on:  ${command(file, flags, '--resume')}`]
  return failed + skipped + failedBefore > 0
    ? [` again:  ${command(file, flags, '--only-failed')}`]
    : []
}

// Rows have their own options from the run that is resumed; what the engine needs is said again.
function command(file: string, flags: RunFlags, how: string): string {
  const again: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['--config', flags.config],
    ['--store', flags.store],
    ['--tasks', flags.tasks],
    ['--max-parallel', flags.maxParallel],
    ['--allow-read', flags.allowRead],
    ['--allow-write', flags.allowWrite],
    ['--allow-exec', flags.allowExec],
  ]
  const words = again.flatMap(([name, value]) => [value ?? []].flat().flatMap((one) => [name, one]))
  return ['octopus', 'run', file, ...words, how].map(shellWord).join(' ')
}
