import type { Hello } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'

/** What stands at the place of the socket, and is none of ours. */
export function foreign(path: string, what: string): OctopusError {
  return new OctopusError('E_SOCKET_FOREIGN', `${path} ${what}`, {
    hint: 'Look at who listens there. Nothing was asked of it.',
  })
}

export function otherVersion(path: string, mine: Hello, owner: Hello): OctopusError {
  const speaks = ({ engine, protocol }: Hello): string => `version ${engine} (protocol ${protocol})`
  return new OctopusError(
    'E_SOCKET_VERSION',
    `the owner at ${path}, process ${owner.pid}, is ${speaks(owner)}; this is ${speaks(mine)}`,
    { hint: 'Run both with the same version: restart the owner, or use its version here.' },
  )
}

/** Nobody answers, for whatever reason the system gives: somebody may, a moment later. */
export function unreachable(path: string, cause: Error | undefined): OctopusError {
  const code = cause !== undefined && 'code' in cause ? cause.code : undefined
  if (code === 'EACCES') return foreign(path, 'belongs to another user')
  if (code === 'ENOTSOCK') return foreign(path, 'is no socket')
  return new OctopusError('E_NO_OWNER', `nobody answers at ${path}`, {
    hint: 'Open the store in a process, for example with `octopus start`.',
    cause,
  })
}
