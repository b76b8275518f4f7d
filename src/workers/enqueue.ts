import { isTaskDefinition } from '../arms/define-task.ts'
import type { Part } from '../arms/split.ts'
import type { EnqueueArguments } from '../arms/task-context.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { EnqueueAnswer } from '../protocol/host.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import { threadHost } from './host-link.ts'
import type { TaskRun } from './task-run.ts'

/** Asks main to hold a task for this attempt's success. An answer that nobody awaited is awaited before the report. */
export function enqueueFrom(run: TaskRun, called: EnqueueArguments): Promise<void> {
  const { seq, attempt } = run.assignment
  const spec = specOf(called)
  const answer = threadHost().enqueue({ seq, attempt }, spec)
  run.awaitBeforeEnd(answer)
  return answer.then(heldOrThrow, (error: unknown) => {
    throw isUncloneable(error) ? notJson(spec.type, error) : error
  })
}

/** Has main hold the parts for this attempt's end. Rejects with what main refuses. */
export async function splitInto(run: TaskRun, parts: readonly Part[]): Promise<void> {
  const { seq, attempt, task } = run.assignment
  try {
    heldOrThrow(await threadHost().split({ seq, attempt }, parts))
  } catch (error) {
    throw isUncloneable(error) ? notJson(task.type, error) : error
  }
}

function specOf([task, payload, options]: EnqueueArguments): TaskSpec {
  if (typeof task === 'string') return { ...options, type: task, payload }
  return isTaskDefinition(task) ? { ...options, type: task.type, payload } : { ...task }
}

function heldOrThrow(answer: EnqueueAnswer): void {
  if (answer.kind === 'refused') throw new Refused(answer)
}

/** The same call would be refused again in another attempt, unless an arm that is disabled now is not by then. */
class Refused extends OctopusError {
  readonly retryable: boolean

  constructor({ code, message, hint, task }: Extract<EnqueueAnswer, { kind: 'refused' }>) {
    super(code, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(task === undefined ? {} : { task }),
    })
    this.retryable = code === 'E_ARM_DISABLED'
  }
}

function isUncloneable(error: unknown): error is Error {
  return error instanceof Error && error.name === 'DataCloneError'
}

function notJson(type: string, error: Error): Refused {
  const message = `${type}: its payload cannot be sent: ${error.message}`
  const hint = 'Payloads are JSON values or one Uint8Array.'
  return new Refused({ kind: 'refused', code: 'E_NOT_JSON', message, hint, task: undefined })
}
