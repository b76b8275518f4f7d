import type { AnyTask } from '../define-task.ts'

export const buildsTasks: readonly AnyTask[] = []
