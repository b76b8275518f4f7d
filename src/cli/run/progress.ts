import { systemClock, type Cancel } from '../../main/index.ts'
import { count, percent, rate, wholeSpan } from '../format.ts'
import { messageTerminal, type Output } from '../output.ts'
import { Screen, type Terminal } from '../screen.ts'
import { barLines } from './bar-lines.ts'
import type { UiMode } from './flags.ts'
import type { ProgressView, Snapshot } from './progress-view.ts'

/** How a run is shown while it lasts. Everything else that is said meanwhile goes through it. */
export interface ProgressDisplay {
  say(text: string): void
  /** Takes it away, or says how it stands for the last time. */
  end(): void
}

const FRAME_MS = 100
const FIRST_LINE_MS = 1_000
const LINE_MS = 10_000

export interface Watching {
  readonly ci: boolean
  readonly dumbTerminal: boolean
}

export function openProgress(
  mode: Exclude<UiMode, 'none'>,
  view: ProgressView,
  output: Output,
  watching: Watching,
): ProgressDisplay {
  const terminal = messageTerminal()
  const able = terminal !== undefined && !watching.dumbTerminal
  if (terminal !== undefined && (mode === 'bars' || (mode === 'auto' && able && !watching.ci)))
    return bars(view, output, terminal)
  return lines(view, output)
}

/** Nothing but what is said. */
export function silent(output: Output): ProgressDisplay {
  return { say: (text) => output.message(text), end: () => undefined }
}

function bars(view: ProgressView, output: Output, stream: NodeJS.WriteStream): ProgressDisplay {
  const terminal: Terminal = {
    get columns() {
      return Math.max(1, stream.columns)
    },
    get rows() {
      return Math.max(2, stream.rows)
    },
    write: (text) => output.message(text),
  }
  const screen = new Screen(terminal)
  const draw = (): void =>
    screen.draw(barLines(view.snapshot(), terminal.columns, output.paintMessage))
  const cancel = repeat(() => FRAME_MS, draw)
  stream.on('resize', draw)
  draw()
  return {
    say: (text) => screen.say(text),
    end: () => {
      cancel()
      stream.off('resize', draw)
      draw()
    },
  }
}

function lines(view: ProgressView, output: Output): ProgressDisplay {
  let told = 0
  const tell = (): void => output.message(`${progressLine(view.snapshot())}\n`)
  const cancel = repeat(() => (told++ === 0 ? FIRST_LINE_MS : LINE_MS), tell)
  return { say: (text) => output.message(text), end: cancel }
}

/** `[  10s] 412/1,988 21% 41/s failed 1 | batch 300/1,400 builds 4/80` */
export function progressLine({ elapsedMs, total, arms }: Snapshot): string {
  const parts = [
    `[${wholeSpan(elapsedMs).padStart(5)}]`,
    `${count(total.over)}/${count(total.rows)}`,
    `${percent(total.over, total.rows)}%`,
    rate(total.perSecond),
    total.failed === 0 ? '' : `failed ${count(total.failed)}`,
    total.retrying === 0 ? '' : `retrying ${count(total.retrying)}`,
    '|',
    ...arms.map(({ arm, over, rows }) => `${arm} ${count(over)}/${count(rows)}`),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** Calls back again and again, each time after what `delayMs` says. */
function repeat(delayMs: () => number, callback: () => void): Cancel {
  let cancel: Cancel = () => undefined
  const next = (): void => {
    cancel = systemClock.after(delayMs(), () => {
      callback()
      next()
    })
  }
  next()
  return () => cancel()
}
