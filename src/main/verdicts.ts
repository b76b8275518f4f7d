import type { Failure } from '../protocol/outcome.ts'
import type { AbortMessage } from '../protocol/thread-messages.ts'

/** Failures that main concludes, because the thread can no longer tell them. */

/** The task's thread died while it ran. */
export function crashFailure(error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      reason: 'out-of-memory',
      name: error.name,
      message: `its thread ran out of memory: ${error.message}`,
      code,
    }
  }
  const exit = /exited with code: (\d+)/.exec(error.message)
  const message =
    exit === null
      ? `its thread died: ${error.message}`
      : `its thread ended with exit code ${exit[1]}`
  return {
    reason: 'worker-exited',
    name: error.name,
    message,
    ...(code === undefined ? {} : { code }),
  }
}

export function stopFailure(reason: AbortMessage['reason']): Failure {
  if (reason === 'timeout')
    return { reason: 'timeout', message: 'ran longer than its timeout', code: 'E_TIMEOUT' }
  return { reason: 'cancelled', message: 'cancelled', code: 'E_CANCELLED' }
}

export function loadFailure(type: string, error: Error): Failure {
  return {
    reason: 'threw',
    name: error.name,
    message: `the handler module of ${type} did not finish loading: ${error.message}`,
    code: 'E_HANDLER_LOAD',
    final: true,
  }
}

export function lostFailure(why: string): Failure {
  return { reason: 'lost', message: why }
}

/** @param root the task that failed first, of all those it waited for, and they in turn */
export function parentFailure(root: string): Failure {
  return { reason: 'parent-failed', message: `task ${root} did not succeed`, root }
}

/** @param root the part that failed first, or a part of that */
export function partFailure(root: string): Failure {
  return { reason: 'part-failed', message: `its part ${root} did not succeed`, root }
}

export function expiredFailure(): Failure {
  return { reason: 'expired', message: 'did not start within its time to live' }
}

/** Its success was not recorded, because what it enqueued waits for a task that retention dropped meanwhile. */
export function unknownParentFailure(id: string): Failure {
  return {
    reason: 'threw',
    message: `it enqueued a task that waits for '${id}', which is unknown`,
    code: 'E_UNKNOWN_TASK',
    final: true,
  }
}

/** Its success was not recorded, because one of the tasks it enqueued could not be. */
export function conflictFailure(id: string): Failure {
  return {
    reason: 'threw',
    message: `it enqueued a task whose id '${id}' was taken by another task meanwhile`,
    code: 'E_CONFLICT',
    final: true,
  }
}

export function quarantinedFailure(): Failure {
  return {
    reason: 'quarantined',
    message: 'the process died three times in a row while this task ran; it is not tried again',
  }
}
