import type { InspectedTask } from '../../main/light.ts'
import { fromNow, roughSpan } from '../format.ts'
import { oneLine, type Paint } from '../output.ts'
import { failureSentence, statePaint, triesOf } from '../task-words.ts'
import { table, type Column } from '../table.ts'

/** Tasks as a table, no wider than the terminal. */
export function listText(
  tasks: readonly InspectedTask[],
  nowMs: number,
  width: number,
  paint: Paint,
): string {
  const columns: Column<InspectedTask>[] = [
    { title: 'id', cell: ({ id }) => oneLine(id), min: 12, keeps: 'end' },
    { title: 'type', cell: ({ type }) => oneLine(type), min: 8, rank: 1 },
    { title: 'arm', cell: ({ arm }) => arm, rank: 3 },
    {
      title: 'state',
      cell: ({ state }) => state,
      paint: ({ state }, text, paintText) => paintText(statePaint(state), text),
    },
    { title: 'tries', right: true, cell: (task) => String(triesOf(task)), rank: 5 },
    { title: 'age', right: true, cell: (task) => ageOf(task, nowMs), rank: 2 },
    { title: '', cell: (task) => noteOf(task, nowMs), min: 10, rank: 4 },
  ]
  return table(columns, tasks, width, paint)
    .map((line) => `${line}\n`)
    .join('')
}

function ageOf({ createdAt }: InspectedTask, nowMs: number): string {
  return roughSpan(Math.max(0, nowMs - createdAt))
}

function noteOf({ state, failure, dueAt, awaiting }: InspectedTask, nowMs: number): string {
  if (state === 'blocked') return `after ${awaiting.map(oneLine).join(', ')}`
  if (state === 'scheduled' && dueAt !== undefined) return fromNow(dueAt, nowMs)
  return failure === undefined ? '' : oneLine(failureSentence(failure))
}
