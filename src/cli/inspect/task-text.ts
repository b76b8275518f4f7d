import type { AttemptRecord, Failure, InspectedTask } from '../../main/light.ts'
import { counted, fromNow, localTime, shellWord, span } from '../format.ts'
import { oneLine, printable, type Paint } from '../output.ts'
import { table, type Column } from '../table.ts'
import { failureSentence, statePaint } from '../task-words.ts'
import { cut, textWidth } from '../text-width.ts'
import { logLine } from './log-line.ts'
import { valueLines } from './value-text.ts'

export interface Shown {
  /** Payload and result whole. */
  readonly whole: boolean
  /** The spans of each attempt, and the log. */
  readonly trace: boolean
  readonly nowMs: number
  readonly width: number
}

/** One task as a person asks about it: what it is, how it stands, why, what it was given and gave. */
export function taskText(task: InspectedTask, shown: Shown, paint: Paint): string {
  const lines = [
    headLine(task, shown.width, paint),
    ...facts(task, shown),
    ...failureLines(task.failure, shown, paint),
    ...attemptLines(task, shown, paint),
    ...values(task, shown, paint),
    ...logLines(task, shown, paint),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function headLine({ id, type, state }: InspectedTask, width: number, paint: Paint): string {
  const plain = `${oneLine(id)}  ${oneLine(type)}  ${state}`
  if (textWidth(plain) > width) return cut(`${state}  ${oneLine(id)}  ${oneLine(type)}`, width)
  return `${paint('bold', oneLine(id))}  ${oneLine(type)}  ${paint(statePaint(state), state)}`
}

const NAME_WIDTH = 9

function fact(name: string, value: string, { width }: Shown): string {
  return cut(`${name.padEnd(NAME_WIDTH)}${value}`, width)
}

function facts(task: InspectedTask, shown: Shown): string[] {
  const { arm, priority, createdAt, dueAt, state } = task
  const moment = (atMs: number): string => `${localTime(atMs)} (${fromNow(atMs, shown.nowMs)})`
  return [
    fact('arm', priority === 0 ? arm : `${arm}, priority ${priority}`, shown),
    fact('created', moment(createdAt), shown),
    ...(state === 'scheduled' && dueAt !== undefined ? [fact('due', moment(dueAt), shown)] : []),
    ...parentFacts(task, shown),
    ...ruleFacts(task, moment, shown),
  ]
}

/** Whom it was told to wait for; while it does, for whom still. */
function parentFacts({ after, awaiting, failure }: InspectedTask, shown: Shown): string[] {
  const ids = (list: readonly string[]): string => list.map(oneLine).join(', ')
  const { root } = failure ?? {}
  return [
    ...(after.length === 0 ? [] : [fact('after', ids(after), shown)]),
    ...(awaiting.length === 0 ? [] : [fact('waits', `for ${ids(awaiting)}`, shown)]),
    ...(root === undefined
      ? []
      : [fact('root', `${oneLine(root)}: octopus inspect ${shellWord(oneLine(root))}`, shown)]),
  ]
}

function ruleFacts(
  { rules }: InspectedTask,
  moment: (atMs: number) => string,
  shown: Shown,
): string[] {
  const { attemptsMax, timeoutMs, expiresAtMs, onParentFailure, traceparent } = rules
  const own = [
    attemptsMax === undefined ? '' : counted(attemptsMax, 'attempt'),
    timeoutMs === undefined ? '' : `timeout ${span(timeoutMs)}`,
    onParentFailure === undefined ? '' : `when one it waits for fails: ${onParentFailure}`,
  ].filter((rule) => rule !== '')
  return [
    ...(own.length === 0 ? [] : [fact('rules', own.join(', '), shown)]),
    ...(expiresAtMs === undefined ? [] : [fact('expires', moment(expiresAtMs), shown)]),
    ...(traceparent === undefined ? [] : [fact('trace', oneLine(traceparent), shown)]),
  ]
}

/** The whole chain: what was thrown, where in the task's own code, and what caused it. */
function failureLines(failure: Failure | undefined, shown: Shown, paint: Paint): string[] {
  if (failure === undefined) return []
  const { width } = shown
  const [first = '', ...more] = failureSentence(failure).split('\n')
  return [
    paint('red', cut(`✖ ${first}`, width)),
    ...more.map((line) => cut(`  ${line}`, width)),
    ...framesOf(failure, shown).map((frame) => paint('gray', cut(`    ${frame}`, width))),
    ...failureLines(failure.cause, shown, paint),
  ]
}

/** Where Node and packages passed it on is seen with --trace. */
function framesOf({ stack = '' }: Failure, { trace }: Shown): string[] {
  const frames = printable(stack)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
  const own = frames.filter((frame) => !/node:|node_modules/.test(frame))
  return trace || own.length === 0 ? frames : own
}

function attemptLines({ attempts }: InspectedTask, shown: Shown, paint: Paint): string[] {
  return attempts.length === 0 ? [] : ['', ...table(columns(shown), attempts, shown.width, paint)]
}

function columns({ trace }: Shown): Column<AttemptRecord>[] {
  const spanColumn = (
    title: string,
    rank: number,
    of: (one: AttemptRecord) => number,
  ): Column<AttemptRecord> => ({
    title,
    right: true,
    rank,
    cell: (one) => span(of(one) / 1_000),
  })
  return [
    { title: 'attempt', right: true, cell: ({ attempt }) => String(attempt) },
    {
      title: 'ended',
      cell: attemptEnd,
      min: 8,
      paint: ({ state }, text, paint) => paint(statePaint(state), text),
    },
    { title: 'at', cell: ({ settledAtMs }) => localTime(settledAtMs), rank: 2 },
    ...(trace
      ? [
          spanColumn('wait', 1, ({ waitUs }) => waitUs),
          spanColumn('dispatch', 3, ({ dispatchUs }) => dispatchUs),
        ]
      : [spanColumn('wait', 1, ({ waitUs, dispatchUs }) => waitUs + dispatchUs)]),
    { title: 'run', right: true, cell: ({ runUs }) => span(runUs / 1_000) },
    ...(trace ? [spanColumn('settle', 4, ({ settleUs }) => settleUs)] : []),
    { title: 'thread', right: true, rank: 5, cell: ({ threadId }) => String(threadId || '-') },
  ]
}

/** A retry says why: the last failure stands above the table, those before it only here. */
function attemptEnd({ state, failure }: AttemptRecord): string {
  if (state === 'scheduled')
    return `retried: ${failure === undefined ? '' : oneLine(failureSentence(failure))}`
  return state === 'failed' && failure !== undefined ? `failed: ${failure.reason}` : state
}

function values(task: InspectedTask, { whole, width }: Shown, paint: Paint): string[] {
  const dropped = task.payload === undefined
  const lines = [
    ...(dropped
      ? [paint('gray', cut('payload  dropped by retention', width))]
      : valueLines('payload', task.payload, { whole, width })),
    ...(task.state === 'succeeded' ? valueLines('result', task.result, { whole, width }) : []),
  ]
  return ['', ...lines]
}

function logLines({ id, logs }: InspectedTask, shown: Shown, paint: Paint): string[] {
  if (logs.length === 0) return []
  if (shown.trace) return ['', ...logs.map((line) => logLine(line, shown.width, paint))]
  const command = `octopus logs ${shellWord(oneLine(id))}`
  return [fact('log', `${counted(logs.length, 'line')}: ${command}`, shown)]
}
