import type { AnswerBody, Fault } from '../../protocol/control-frame.ts'
import { OctopusError, type ErrorCode } from '../../protocol/errors.ts'
import { failureOf } from '../../protocol/outcome.ts'
import { causeOf } from '../completions.ts'

/** An error as it crosses the socket: code, hint, task and arm stay what they are, its cause goes along. */
export function faultOf(error: unknown, at = 0): Fault {
  const ours = error instanceof OctopusError ? error : undefined
  return {
    code: ours?.code ?? '',
    hint: ours?.hint,
    task: ours?.task,
    arm: ours?.arm,
    error: failureOf(error),
    at,
  }
}

export function errorOf({ code, hint, task, arm, error }: Fault): Error {
  if (code === '') return causeOf(error)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the owner's engine may know codes that came after ours
  return new OctopusError(code as ErrorCode, error.message, {
    ...(hint === undefined ? {} : { hint }),
    ...(task === undefined ? {} : { task }),
    ...(arm === undefined ? {} : { arm }),
    ...(error.cause === undefined ? {} : { cause: causeOf(error.cause) }),
  })
}

/** An answer that none of ours gives to what was asked. */
export function unexpected({ kind }: AnswerBody): OctopusError {
  return new OctopusError(
    'E_SOCKET_FOREIGN',
    `the owner answered with '${kind}', which fits no question`,
    {
      hint: 'Run the owner and this process with the same version.',
    },
  )
}
