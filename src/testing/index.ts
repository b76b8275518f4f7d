/** The entry `octopus-executor/testing`: what a test of handlers, and of code that enqueues, needs. */
import '../main/node-version.ts'

export { Outcomes, type OutcomeMatch, type SeenOutcome } from './outcomes.ts'
export { performTask, type PerformOptions, type Performed } from './perform-task.ts'
export { TestClock } from './test-clock.ts'
export { openTestOctopus, type EnqueuedMatch, type TestOctopus } from './test-octopus.ts'
