import type { Arm } from './arm.ts'
import { analyticsArm } from './analytics/arm.ts'
import { batchArm } from './batch/arm.ts'
import { buildsArm } from './builds/arm.ts'
import { cleanupArm } from './cleanup/arm.ts'
import { deployArm } from './deploy/arm.ts'
import { secretsArm } from './secrets/arm.ts'
import { streamsArm } from './streams/arm.ts'
import { watchersArm } from './watchers/arm.ts'

/** The eight, in the order of ARM_IDS. */
export const ARMS: readonly Arm[] = [
  deployArm,
  batchArm,
  streamsArm,
  secretsArm,
  buildsArm,
  watchersArm,
  cleanupArm,
  analyticsArm,
]
