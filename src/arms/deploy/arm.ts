import type { Arm } from '../arm.ts'

export const deployArm: Arm = {
  id: 'deploy',
  summary: 'Releases, health checks and rollbacks.',
  maxParallel: 2,
  recordsStart: true,
  tasks: [],
}
