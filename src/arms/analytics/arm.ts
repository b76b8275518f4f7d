import type { Arm } from '../arm.ts'

export const analyticsArm: Arm = {
  id: 'analytics',
  summary: "Queries, roll-ups and reports over files and the engine's own trace.",
  maxParallel: 2,
  recordsStart: false,
  tasks: [],
}
