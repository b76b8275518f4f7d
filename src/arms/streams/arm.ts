import type { Arm } from '../arm.ts'

export const streamsArm: Arm = {
  id: 'streams',
  summary: 'Files and streams into tables and files, exactly once.',
  maxParallel: 2,
  recordsStart: false,
  tasks: [],
}
