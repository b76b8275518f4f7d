/** The package's main entry. Importing it starts nothing. */
import './node-version.ts'

export { defineTask } from '../arms/define-task.ts'
export type { AnyTask, Run, TaskDefinition, TaskRules } from '../arms/define-task.ts'
export { split, type Part, type Split } from '../arms/split.ts'
export type { StandardSchema } from '../arms/standard-schema.ts'
export type { TaskContext } from '../arms/task-context.ts'
export { NonRetryable, RetryAfter, TaskError } from '../arms/task-errors.ts'
export { systemClock, type Cancel, type Clock } from '../protocol/clock.ts'
export { parseDuration, type Duration } from '../protocol/duration.ts'
export { explain, OctopusError, type ErrorCode } from '../protocol/errors.ts'
export type {
  HostServices,
  LogLine,
  Progress,
  SpawnRequest,
  SpawnResult,
} from '../protocol/host.ts'
export { fromPayloadBytes } from '../protocol/json.ts'
export type { Failure, FailureReason, Outcome } from '../protocol/outcome.ts'
export {
  ARM_IDS,
  isArmId,
  type ArmId,
  type Json,
  type OnParentFailure,
  type Payload,
  type PayloadBytes,
  type TaskId,
  type TaskState,
} from '../protocol/task.ts'
export type { BackoffOptions, EnqueueOptions, TaskSpec } from '../protocol/task-spec.ts'
export { Catalog, type CheckedTask, type FoundFunction } from './catalog.ts'
export { TaskFailedError } from './completions.ts'
export {
  defineConfig,
  OPTIONS,
  type AllowOptions,
  type ArmOptions,
  type DefaultOptions,
  type OctopusOptions,
} from './config.ts'
export type { ConnectOptions } from './control/connect.ts'
export { RemoteOctopus } from './control/remote-octopus.ts'
export type { RemoteEvent, WatchOptions } from './control/remote-event.ts'
export type { CycleOptions, CycleSummary } from './cycle.ts'
export type { FunctionRef } from './function-ref.ts'
export type { HostContext } from './host-link.ts'
export type { InspectedTask, TaskOwnRules } from './inspected.ts'
export {
  ArmRegistry,
  OctopusExecutor,
  type Enqueued,
  type OctopusArmConfig,
  type OctopusArmId,
  type OctopusArmStatus,
  type OctopusContext,
  type OctopusRuntimeStatus,
  type OctopusTask,
  type OctopusTaskType,
  type RegisteredModule,
} from './octopus-executor.ts'
export type { Recovery } from './engine.ts'
export type { Mapped, MapOptions } from './map-options.ts'
export type { MapRun } from './map-run.ts'
export { Octopus } from './octopus.ts'
export { resolvedOptions } from './resolved-options.ts'
export type { ArmStatus, EngineState, OctopusStatus } from './status.ts'
export type {
  AttemptRecord,
  AttemptTrace,
  CancelResult,
  RetryResult,
  TaskQuery,
  TraceQuery,
} from './store/store.ts'
export { TaskBatch, TaskHandle } from './task-handle.ts'
export { TASK_LIMITS } from './task-limits.ts'
export { CycleError } from './dependencies.ts'
export {
  dependencyOrder,
  outsideIds,
  type Dependent,
  type DependencyOrder,
} from './dependency-order.ts'
export { Latency, type LatencyOf, type LatencySummary } from './trace/latency.ts'
export type { NeuralMesh, NeuralMeshLike } from './trace/neural-mesh.ts'
export type { EngineEvent, Listener } from './trace/observe.ts'
