import { statSync } from 'node:fs'
import type { Grants, SpawnRequest, SpawnResult } from '../protocol/host.ts'
import { confineProgram, confineRead } from './confine.ts'
import { isSystemError } from './system-errors.ts'
import type { TaskContext } from './task-context.ts'
import { TaskError } from './task-errors.ts'
import { tailWithin } from './task-result.ts'

/** A command as payloads give it. */
export interface Command {
  readonly argv: readonly [program: string, ...args: string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stdinFile?: string | undefined
  readonly timeoutMs?: number | undefined
}

export const TAIL_BYTES = 16 * 1024
const ERROR_TAIL_BYTES = 3 * 1024

/** The command as it may be run, every path real and granted. */
export function confineCommand(command: Command, grants: Grants): SpawnRequest {
  confineProgram(grants, command.argv[0])
  refuseLoaderVariables(command.env)
  return {
    argv: command.argv,
    cwd: confineFolder(grants, command.cwd),
    env: command.env,
    tailBytes: TAIL_BYTES,
    ...(command.stdinFile === undefined
      ? {}
      : { stdinFile: confineRead(grants, command.stdinFile) }),
    ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
  }
}

/** @throws TaskError E_EXIT with the ends of both outputs, E_TIMEOUT, or E_PRECONDITION when it cannot start */
export async function runCommand(
  request: SpawnRequest,
  context: TaskContext,
): Promise<SpawnResult> {
  const ended = await spawned(request, context)
  context.signal.throwIfAborted()
  if (ended.timedOut)
    throw new TaskError(
      'E_TIMEOUT',
      `${told(request)} ran longer than ${request.timeoutMs} ms${tails(ended)}`,
    )
  if (ended.code !== 0)
    throw new TaskError(
      'E_EXIT',
      `${told(request)} ${exit(ended)} after ${ended.ms} ms${tails(ended)}`,
    )
  return ended
}

/** `npm run build`, as errors and summaries name it; never its environment. */
export function told({ argv }: Pick<SpawnRequest, 'argv'>): string {
  const line = argv.join(' ')
  return line.length <= 200 ? `'${line}'` : `'${line.slice(0, 200)}…'`
}

async function spawned(request: SpawnRequest, context: TaskContext): Promise<SpawnResult> {
  try {
    const ended = await context.spawn(request)
    return { ...ended, ms: Math.round(ended.ms) }
  } catch (error) {
    context.signal.throwIfAborted()
    throw isStartError(error)
      ? new TaskError(
          'E_PRECONDITION',
          `${told(request)} could not start: ${error.message}; is the program installed?`,
          { cause: error },
        )
      : error
  }
}

// The error comes from the main thread, where cloning may have left nothing but its fields.
function isStartError(error: unknown): error is Error {
  if (isSystemError(error)) return true
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'EACCES')
  )
}

function exit({ code, signal }: SpawnResult): string {
  return code === null ? `was ended by ${signal ?? 'a signal'}` : `exited with code ${code}`
}

function tails({ stdoutTail, stderrTail }: SpawnResult): string {
  return tail('stderr', stderrTail) + tail('stdout', stdoutTail)
}

function tail(name: string, text: string): string {
  return text.trim() === ''
    ? ''
    : `\n${name} ends with:\n${tailWithin(text.trimEnd(), ERROR_TAIL_BYTES)}`
}

function confineFolder(grants: Grants, cwd: string): string {
  const real = confineRead(grants, cwd)
  if (statSync(real).isDirectory()) return real
  throw new TaskError('E_PRECONDITION', `${cwd} is no folder to run a command in`)
}

// With these a payload could make an allowed program run any other code. An allow-list of programs is no sandbox, but
// it must not be open at this side.
const LOADER_VARIABLE =
  /^(PATH|IFS|ENV|BASH_ENV|SHELLOPTS|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|PERL5OPT|PERL5LIB|PYTHONSTARTUP|PYTHONPATH|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|GIT_SSH.*|GIT_EXEC_PATH|GIT_CONFIG.*|npm_config_.*)$/i

function refuseLoaderVariables(env: Readonly<Record<string, string>>): void {
  const refused = Object.keys(env).find((name) => LOADER_VARIABLE.test(name))
  if (refused === undefined) return
  throw new TaskError(
    'E_CONFINED',
    `the variable ${refused} would change which code runs; set it outside of the payload`,
  )
}
