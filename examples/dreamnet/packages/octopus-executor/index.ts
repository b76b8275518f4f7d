/** Octopus Executor under the name DreamNet knows it by: the calls and the types of the runtime it grew out of. */
export { ArmRegistry, OctopusExecutor } from 'octopus-executor'
export type {
  CycleSummary,
  OctopusArmConfig,
  OctopusArmId,
  OctopusArmStatus,
  OctopusContext,
  OctopusRuntimeStatus,
  OctopusTask,
  OctopusTaskType,
} from 'octopus-executor'
