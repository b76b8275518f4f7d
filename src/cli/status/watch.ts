import { systemClock } from '../../main/light.ts'
import { readEnvironment } from '../environment.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { resultTerminal, type Output } from '../output.ts'
import { Screen } from '../screen.ts'

const EVERY_MS = 1_000

/**
 * Looks every second until a signal ends the process or nobody reads on: drawn over on a terminal, one after the other
 * elsewhere. Between two frames the terminal is in its ordinary state, so there is nothing to restore.
 */
export async function watchStatus(
  look: () => Promise<string>,
  { repaint }: { readonly repaint: boolean },
  output: Output,
): Promise<ExitCode> {
  const terminal = readEnvironment().dumbTerminal || !repaint ? undefined : resultTerminal(output)
  const screen = terminal === undefined ? undefined : new Screen(terminal)
  const unread = new AbortController()
  output.onResultsUnread(() => unread.abort())
  while (!unread.signal.aborted) {
    const text = await look()
    if (screen === undefined) output.result(text)
    else screen.draw(text.trimEnd().split('\n'))
    await new Promise<void>((resolve) => void systemClock.after(EVERY_MS, resolve))
  }
  return EXIT.ok
}
