/** The light entry: the client of an owner's socket, and nothing that runs tasks. */
export { explain, OctopusError } from '../../protocol/errors.ts'
export { connect, type ConnectOptions } from './connect.ts'
export type { ArmChange, TaskPage } from './desk.ts'
export type { RemoteEvent, WatchOptions } from './remote-event.ts'
export { RemoteOctopus } from './remote-octopus.ts'
