import { join } from 'node:path'
import type { SpawnRequest } from '../../protocol/host.ts'
import { confineCommand } from '../commands.ts'
import { confineWrite } from '../confine.ts'
import { breather, type Breathe } from '../pace.ts'
import type { TaskContext } from '../task-context.ts'
import { BuildCache } from './build-cache.ts'
import type { Build } from './tasks.ts'

/** One build, all that it may touch judged. */
export interface BuildJob {
  readonly payload: Build
  readonly context: TaskContext
  readonly cwd: string
  readonly request: SpawnRequest
  /** The payload's variables and the host's that it names. */
  readonly env: Readonly<Record<string, string>>
  readonly cache: BuildCache
  readonly breathe: Breathe
}

export function judge(payload: Build, context: TaskContext): BuildJob {
  const argv = payload.argv ?? (['npm', 'run', payload.script ?? ''] as const)
  // Only the payload's own variables are suspect: which of the host's may pass is the config's decision.
  const request = confineCommand(
    { argv, cwd: payload.cwd, env: payload.env, timeoutMs: payload.timeoutMs },
    context.grants,
  )
  const cwd = request.cwd ?? payload.cwd
  confineWrite(context.grants, join(cwd, 'any'))
  const env = { ...hostVariables(payload.envKeys, context.hostEnv), ...payload.env }
  const cache = new BuildCache(context.cacheDir, context.id)
  return {
    payload,
    context,
    cwd,
    request: { ...request, env },
    env,
    cache,
    breathe: breather(context.signal),
  }
}

function hostVariables(
  names: readonly string[],
  hostEnv: TaskContext['hostEnv'],
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of names) {
    const value = Object.hasOwn(hostEnv, name) ? hostEnv[name] : undefined
    if (value !== undefined) found[name] = value
  }
  return found
}
