import { defineTask, type ArmId } from 'octopus-executor/task'

export const noop = defineTask({ type: 'bench-noop', arm: 'batch', run: () => null })

/** One no-op type for each arm. */
const onArm = (arm: ArmId) => defineTask({ type: `bench-noop-${arm}`, arm, run: () => null })
export const deployNoop = onArm('deploy')
export const batchNoop = onArm('batch')
export const streamsNoop = onArm('streams')
export const secretsNoop = onArm('secrets')
export const buildsNoop = onArm('builds')
export const watchersNoop = onArm('watchers')
export const cleanupNoop = onArm('cleanup')
export const analyticsNoop = onArm('analytics')

/** Busy for about this long: what a small CPU-bound task is. */
export const spin = defineTask({
  type: 'bench-spin',
  arm: 'batch',
  run: ({ us }: { us: number }) => spinFor(us),
})

export function spinFor(us: number): null {
  const until = performance.now() + us / 1_000
  while (performance.now() < until);
  return null
}
