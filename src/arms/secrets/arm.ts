import type { Arm } from '../arm.ts'

export const secretsArm: Arm = {
  id: 'secrets',
  summary: 'Secrets and keys, strictly one at a time.',
  maxParallel: 1,
  recordsStart: true,
  tasks: [],
}
