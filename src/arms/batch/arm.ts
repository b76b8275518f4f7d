import type { Arm } from '../arm.ts'
import { batchTasks } from './tasks.ts'

export const batchArm: Arm = {
  id: 'batch',
  summary: 'Many files and heavy computations, and commands.',
  maxParallel: 4,
  recordsStart: false,
  tasks: batchTasks,
}
