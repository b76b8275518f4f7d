import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { SessionEnd } from './session.ts'

/** What the shell is told of a run. A person's wish to stop counts before all; rows that failed before count too. */
export function exitCodeOf(
  { stopped, left }: Pick<SessionEnd, 'stopped' | 'left'>,
  failed: number,
): ExitCode {
  if (stopped === 'SIGINT') return EXIT.interrupted
  if (stopped === 'SIGTERM') return EXIT.terminated
  if (left > 0) return EXIT.stopped
  return failed > 0 ? EXIT.failed : EXIT.ok
}
