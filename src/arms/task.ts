/** The entry `octopus-executor/task`: all that a module of tasks needs. Threads load this and nothing of main. */
export { defineTask } from './define-task.ts'
export type { AnyTask, BackoffOptions, Run, TaskDefinition, TaskRules } from './define-task.ts'
export type { StandardSchema } from './standard-schema.ts'
export type { TaskContext } from './task-context.ts'
export { NonRetryable, RetryAfter, TaskError } from './task-errors.ts'
export type { TaskErrorCode } from './task-errors.ts'
export type { HostService, HostServices, SpawnRequest, SpawnResult } from '../protocol/host.ts'
export type { ArmId, Json, Payload, TaskId } from '../protocol/task.ts'
