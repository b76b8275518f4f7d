import type { Arm } from '../arm.ts'

export const cleanupArm: Arm = {
  id: 'cleanup',
  summary: 'Old files, logs, releases and databases.',
  maxParallel: 2,
  recordsStart: false,
  tasks: [],
}
