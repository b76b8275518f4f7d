/**
 * What the command line needs where it must answer at once: no engine, no pool, no histogram and no schema is loaded by
 * this entry (`test/cli/light.test.ts` looks). What is heavier comes with the call that needs it.
 */
import './node-version.ts'
import { systemClock } from '../protocol/clock.ts'
import type { RemoteOctopus } from './control/remote-octopus.ts'
import type { StoreReader } from './store/store-reader.ts'

export { systemClock } from '../protocol/clock.ts'
export { parseDuration } from '../protocol/duration.ts'
export { explain, OctopusError, type ErrorCode } from '../protocol/errors.ts'
export { FAILURE_REASONS, isFailureReason, type Failure } from '../protocol/outcome.ts'
export {
  ARM_IDS,
  isArmId,
  isFinal,
  TASK_STATES,
  type ArmId,
  type TaskState,
} from '../protocol/task.ts'
export { TaskFailedError } from './completions.ts'
export { socketPathOf } from './control/socket-path.ts'
export type { RemoteOctopus } from './control/remote-octopus.ts'
export type { ArmStatus, OctopusStatus } from './status.ts'
export { dependencyOrder } from './dependency-order.ts'
export { livingOwner, type Owner } from './store/owner-lock.ts'
export { TASK_LIMITS } from './task-limits.ts'
export { noStore } from './store/no-store.ts'
export type { CancelResult, RetryResult } from './store/store.ts'
export type { TaskSpec } from '../protocol/task-spec.ts'
export { isNetworkFolder, STORE_DEFAULT } from './store/store-files.ts'
export type { LogLine } from '../protocol/host.ts'
export type { OctopusOptions } from './config.ts'
export type { InspectedTask } from './inspected.ts'
export type { StoreReader, StoredStatus } from './store/store-reader.ts'
export type { StoredArm } from './store/stored-status.ts'
export type { AttemptRecord, TaskQuery } from './store/store.ts'

/** @throws OctopusError E_NO_STORE, E_STORE_CORRUPT, E_STORE_NEWER, E_STORE_READONLY */
export async function openStoreReader(path: string): Promise<StoreReader> {
  const { StoreReader } = await import('./store/store-reader.ts')
  return StoreReader.open(path, systemClock)
}

/**
 * The engine that owns the store, if it listens.
 * @throws OctopusError E_NO_OWNER, E_SOCKET_FOREIGN, E_SOCKET_VERSION
 */
export async function connectOwner(path: string): Promise<RemoteOctopus> {
  const { connect } = await import('./control/index.ts')
  return connect(path)
}
