import type { Arm } from '../arm.ts'

export const watchersArm: Arm = {
  id: 'watchers',
  summary: 'Files and configuration watched, changes turned into tasks.',
  maxParallel: 2,
  recordsStart: false,
  tasks: [],
}
