import type { Failure, InspectedTask, TaskState } from '../main/light.ts'
import { printable, type Paint } from './output.ts'

/** `TypeError: no such key (E_KEY)`, `timeout: ran longer than 2m` */
export function failureSentence({ reason, name, message, code }: Failure): string {
  const what = reason === 'threw' ? `${name ?? 'Error'}: ` : `${reason}: `
  return printable(what + message) + (code === undefined ? '' : ` (${printable(code)})`)
}

/** Attempts that a thread began: a task that was cancelled before has an end, and no try. */
export function triesOf({ attempts }: InspectedTask): number {
  return attempts.filter(({ state, threadId }) => state !== 'cancelled' || threadId !== 0).length
}

/** Each state has its colour, the same everywhere. */
export function statePaint(state: TaskState): Parameters<Paint>[0] {
  return STATE_PAINT[state]
}

const STATE_PAINT = {
  blocked: 'gray',
  scheduled: 'gray',
  ready: [],
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
  unserved: 'yellow',
} as const satisfies Record<TaskState, Parameters<Paint>[0]>
