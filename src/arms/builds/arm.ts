import type { Arm } from '../arm.ts'
import { buildsTasks } from './tasks.ts'

export const buildsArm: Arm = {
  id: 'builds',
  summary: 'Builds behind a content-addressed cache, and checks of files.',
  maxParallel: 2,
  recordsStart: false,
  tasks: buildsTasks,
}
