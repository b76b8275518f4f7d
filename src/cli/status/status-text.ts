import { basename } from 'node:path'
import { count, counted, roughSpan, span } from '../format.ts'
import { oneLine, type Paint } from '../output.ts'
import { table, type Column } from '../table.ts'
import { cut } from '../text-width.ts'
import type { ArmReport, EngineReport, SpanReport, StatusReport } from './report.ts'

/** The status as a person reads it: who runs the store, then one line an arm. Nothing is wider than `width`. */
export function statusText(
  report: StatusReport,
  nowMs: number,
  width: number,
  paint: Paint,
): string {
  const notes = notesOf(report).map((note) => paint('gray', cut(note, width)))
  const head = headOf(report, nowMs).map((line) => cut(line, width))
  const arms = table(columnsFor(report.arms), report.arms, width, paint)
  return [...head, ...arms, ...notes].map((line) => `${line}\n`).join('')
}

function headOf({ engine, store }: StatusReport, nowMs: number): string[] {
  if (engine === undefined) return ['no engine runs', `store ${oneLine(store)}`]
  return [engineText(engine, nowMs), `store ${oneLine(store)}`]
}

function engineText({ pid, command, sinceMs, state }: EngineReport, nowMs: number): string {
  const since = sinceMs === undefined ? '' : ` for ${roughSpan(Math.max(0, nowMs - sinceMs))}`
  return `engine ${state ?? 'does not answer'}${since}  pid ${pid}  ${oneLine(basename(command))}`
}

function notesOf({ arms, engine, stored, unserved = 0 }: StatusReport): string[] {
  const waiting = arms.reduce((sum, arm) => sum + arm.ready + arm.blocked + arm.scheduled, 0)
  const { interrupted = 0, lastAttempts } = stored ?? {}
  const notes: string[] = []
  if (interrupted > 0)
    notes.push(`${counted(interrupted, 'task')} ran when the last engine died, and will run again`)
  if (unserved > 0) notes.push(`${counted(unserved, 'task')} of types that nobody serves`)
  if (lastAttempts !== undefined)
    notes.push(`ok, failed and times are of the last ${counted(lastAttempts, 'attempt')}`)
  if (engine === undefined && waiting > 0)
    notes.push(`${counted(waiting, 'task')} ${waiting === 1 ? 'waits' : 'wait'} for: octopus start`)
  return notes
}

const EMPTY_FIRST = 10

/** Where room is short, columns of nothing but zeros go before any that say something. */
function columnsFor(arms: readonly ArmReport[]): Column<ArmReport>[] {
  const number = (
    title: string,
    rank: number | undefined,
    of: (arm: ArmReport) => number,
  ): Column<ArmReport> => {
    const empty = arms.every((arm) => of(arm) === 0)
    const goes = rank === undefined ? undefined : empty ? rank + EMPTY_FIRST : rank
    return {
      title,
      right: true,
      cell: (arm) => count(of(arm)),
      paint: (arm, text, paint) => paint(of(arm) === 0 ? 'gray' : [], text),
      ...(goes === undefined ? {} : { rank: goes }),
    }
  }
  return [
    { title: 'arm', cell: ({ id }) => id },
    ...stateColumn(arms),
    number('ready', undefined, ({ ready }) => ready),
    number('blocked', 2, ({ blocked }) => blocked),
    number('later', 3, ({ scheduled }) => scheduled),
    {
      title: 'runs',
      right: true,
      cell: runningText,
      paint: (arm, text, paint) => paint(arm.running > 0 ? 'green' : 'gray', text),
    },
    number('ok', 1, ({ ok }) => ok),
    {
      ...number('failed', undefined, ({ failed }) => failed),
      paint: ({ failed }, text, paint) => paint(failed > 0 ? 'red' : 'gray', text),
    },
    spanColumn(arms, 'wait p50/p99', 5, ({ wait }) => wait),
    spanColumn(arms, 'run p50/p99', 4, ({ run }) => run),
  ]
}

/** Only where there is something to say: all on is what everybody expects. */
function stateColumn(arms: readonly ArmReport[]): Column<ArmReport>[] {
  if (arms.every((arm) => stateText(arm) === 'on')) return []
  return [
    {
      title: 'state',
      cell: stateText,
      paint: (arm, text, paint) => paint(stateText(arm) === 'on' ? 'gray' : 'yellow', text),
    },
  ]
}

function stateText({ enabled = true, paused = false }: ArmReport): string {
  if (!enabled) return 'off'
  return paused ? 'paused' : 'on'
}

function runningText({ running, maxParallel }: ArmReport): string {
  return maxParallel === undefined ? count(running) : `${count(running)}/${maxParallel}`
}

function spanColumn(
  arms: readonly ArmReport[],
  title: string,
  rank: number,
  of: (arm: ArmReport) => SpanReport | undefined,
): Column<ArmReport> {
  const cell = (arm: ArmReport): string => {
    const spans = of(arm)
    return spans === undefined ? '-' : `${span(spans.p50Ms)}/${span(spans.p99Ms)}`
  }
  return {
    title,
    right: true,
    rank: arms.every((arm) => of(arm) === undefined) ? rank + EMPTY_FIRST : rank,
    cell,
    paint: (arm, text, paint) => paint(of(arm) === undefined ? 'gray' : [], text),
  }
}
