import { systemClock } from '../../protocol/clock.ts'
import { parseDuration, type Duration } from '../../protocol/duration.ts'
import { Calls } from './calls.ts'
import { OwnerFinder } from './find-owner.ts'
import { RemoteOctopus } from './remote-octopus.ts'

export interface ConnectOptions {
  /** How long to look for an owner at first. Default: not at all, somebody must be there. */
  readonly wait?: Duration
  /** How long to look for a successor when the owner leaves. Default 30 s. */
  readonly reconnect?: Duration
}

/**
 * Connects to the process that has this store open.
 * @throws OctopusError E_NO_STORE, E_NO_OWNER, E_SOCKET_FOREIGN, E_SOCKET_VERSION
 */
export async function connect(
  store: string | URL,
  options: ConnectOptions = {},
): Promise<RemoteOctopus> {
  const finder = new OwnerFinder(store, systemClock)
  const calls = new Calls(
    finder,
    systemClock,
    parseDuration(options.reconnect ?? '30s', 'reconnect'),
  )
  const line = await calls.connect(parseDuration(options.wait ?? 0, 'wait'))
  return new RemoteOctopus(calls, line, systemClock)
}
