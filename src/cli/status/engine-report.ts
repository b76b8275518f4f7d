import type { ArmStatus, OctopusStatus, Owner } from '../../main/light.ts'
import type { ArmReport, StatusReport } from './report.ts'
import { spanReport } from './stored-report.ts'

/** What a living engine says of itself. */
export function engineReport(
  store: string,
  pid: number,
  owner: Owner | undefined,
  status: OctopusStatus,
): StatusReport {
  const { command, sinceMs } = owner ?? { command: '?', sinceMs: undefined }
  return {
    store,
    engine: { pid, command, sinceMs, state: status.state },
    stored: undefined,
    arms: status.arms.map(armReport),
    unserved: status.unservedTasks,
  }
}

function armReport(arm: ArmStatus): ArmReport {
  const { id, enabled, paused, maxParallel, ready, blocked, scheduled, activeTasks, latency } = arm
  return {
    id,
    enabled,
    paused,
    maxParallel,
    ready,
    blocked,
    scheduled,
    running: activeTasks,
    ok: arm.processedCount,
    failed: arm.failedCount,
    cancelled: arm.cancelledCount,
    wait: spanReport(latency.wait),
    run: spanReport(latency.run),
  }
}
