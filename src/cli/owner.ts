import { connectOwner, livingOwner, OctopusError, type RemoteOctopus } from '../main/light.ts'

/**
 * The engine that owns the store; undefined when none does, or when it does not listen.
 * @throws OctopusError E_SOCKET_FOREIGN, E_SOCKET_VERSION
 */
export async function connectedOwner(store: string): Promise<RemoteOctopus | undefined> {
  if (livingOwner(store) === undefined) return undefined
  try {
    return await connectOwner(store)
  } catch (error) {
    if (error instanceof OctopusError && error.code === 'E_NO_OWNER') return undefined
    throw error
  }
}

/**
 * For what only an engine can do.
 * @throws OctopusError E_NO_OWNER, E_SOCKET_FOREIGN, E_SOCKET_VERSION
 */
export async function withOwner<Result>(
  store: string,
  ask: (owner: RemoteOctopus) => Promise<Result>,
): Promise<Result> {
  await using owner = await connectOwner(store)
  return await ask(owner)
}
