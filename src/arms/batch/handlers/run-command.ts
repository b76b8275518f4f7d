import type { SpawnResult } from '../../../protocol/host.ts'
import { confineCommand, runCommand, told } from '../../commands.ts'
import { withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { tailWithin } from '../../task-result.ts'
import type { CommandPayload, CommandResult } from '../tasks.ts'

const RESULT_TAIL_BYTES = 24 * 1024

export const run: (payload: CommandPayload, context: TaskContext) => Promise<CommandResult> =
  withTaskErrors(async (payload, context) => {
    const request = confineCommand(
      { ...payload, cwd: payload.cwd ?? process.cwd() },
      context.grants,
    )
    if (payload.dryRun) return planned(`would run ${told(request)} in ${request.cwd}`)
    const ended = await runCommand(request, context)
    return report(`${told(request)} exited with code 0 after ${ended.ms} ms`, ended)
  })

function report(summary: string, ended: SpawnResult): CommandResult {
  return {
    summary,
    metrics: { ms: ended.ms, stdoutBytes: ended.stdoutBytes, stderrBytes: ended.stderrBytes },
    artifacts: [],
    code: ended.code,
    signal: ended.signal,
    stdoutTail: tailWithin(ended.stdoutTail, RESULT_TAIL_BYTES),
    stderrTail: tailWithin(ended.stderrTail, RESULT_TAIL_BYTES),
  }
}

function planned(summary: string): CommandResult {
  return {
    summary,
    metrics: {},
    artifacts: [],
    code: null,
    signal: null,
    stdoutTail: '',
    stderrTail: '',
  }
}
