import { ARM_IDS, type ArmId } from '../protocol/task.ts'
import type { Scheduler } from './scheduler.ts'
import type { Settling } from './settling.ts'
import type { TaskStore } from './store/store.ts'
import type { Latency, LatencyOf } from './trace/latency.ts'

export type EngineState = 'open' | 'draining' | 'closing' | 'closed' | 'failed'

export interface ArmStatus {
  readonly id: ArmId
  readonly enabled: boolean
  readonly paused: boolean
  readonly maxParallel: number
  /** Running in threads now; never above maxParallel. */
  readonly activeTasks: number
  /** Given to threads and not settled yet: running, next in a batch, or waiting for the store. */
  readonly claimed: number
  readonly ready: number
  readonly scheduled: number
  /** Waiting for other tasks. */
  readonly blocked: number
  /** Since this engine opened: tasks that succeeded, failed for good, were cancelled; attempts that will be repeated. */
  readonly processedCount: number
  readonly failedCount: number
  readonly cancelledCount: number
  readonly retriedCount: number
  /** Wall clock, ms; undefined before the first end. */
  readonly lastRunAt: number | undefined
  readonly latency: LatencyOf
}

export interface OctopusStatus {
  readonly state: EngineState
  readonly lastRunAt: number | null
  /** All that waits: ready, scheduled, blocked or unserved. */
  readonly queuedTasks: number
  readonly blockedTasks: number
  readonly runningTasks: number
  readonly unservedTasks: number
  readonly arms: readonly ArmStatus[]
  readonly types: Readonly<Record<string, LatencyOf>>
  /** How often the host's own NeuralMesh threw. */
  readonly neuralMeshFailures: number
}

export interface StatusSources {
  readonly state: EngineState
  readonly store: TaskStore
  readonly scheduler: Scheduler
  readonly settling: Settling
  readonly latency: Latency
  readonly neuralMeshFailures: number
}

/** Computed when asked for; kept nowhere. */
export function statusOf(sources: StatusSources): OctopusStatus {
  const depth = sources.store.depth()
  const arms = ARM_IDS.map((id): ArmStatus => {
    const { enabled, paused, slots, running } = sources.scheduler.state(id)
    const counts = sources.settling.counts(id)
    return {
      id,
      enabled,
      paused,
      maxParallel: slots,
      activeTasks: running,
      claimed: depth.running[id],
      ready: depth.ready[id],
      scheduled: depth.scheduled[id],
      blocked: depth.blocked[id],
      processedCount: counts.processed,
      failedCount: counts.failed,
      cancelledCount: counts.cancelled,
      retriedCount: counts.retried,
      lastRunAt: counts.lastRunAtMs,
      latency: sources.latency.ofArm(id),
    }
  })
  const lastRuns = arms.flatMap((arm) => arm.lastRunAt ?? [])
  return {
    state: sources.state,
    lastRunAt: lastRuns.length === 0 ? null : Math.max(...lastRuns),
    queuedTasks: arms.reduce(
      (sum, arm) => sum + arm.ready + arm.scheduled + arm.blocked,
      depth.unserved,
    ),
    blockedTasks: arms.reduce((sum, arm) => sum + arm.blocked, 0),
    runningTasks: arms.reduce((sum, arm) => sum + arm.activeTasks, 0),
    unservedTasks: depth.unserved,
    arms,
    types: sources.latency.byType(),
    neuralMeshFailures: sources.neuralMeshFailures,
  }
}
