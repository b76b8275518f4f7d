import type { AnyTask } from '../define-task.ts'

export const batchTasks: readonly AnyTask[] = []
