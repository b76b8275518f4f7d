import type { StoredArm, StoredStatus } from '../../main/light.ts'
import type { ArmReport, SpanReport, StatusReport } from './report.ts'

/** What the file says, while no engine answers. */
export function storedReport(store: string, status: StoredStatus): StatusReport {
  const { owner, clean, attemptsSeen, attemptsWhole, arms } = status
  const lives = owner !== undefined
  const begun = arms.reduce((sum, arm) => sum + arm.begun, 0)
  return {
    store,
    engine: owner === undefined ? undefined : { ...engineOf(owner), state: undefined },
    stored: {
      clean,
      interrupted: lives ? 0 : begun,
      lastAttempts: attemptsWhole ? undefined : attemptsSeen,
    },
    arms: arms.map((arm) => armReport(arm, lives)),
    unserved: undefined,
  }
}

function engineOf({ pid, command, sinceMs }: NonNullable<StoredStatus['owner']>): {
  readonly pid: number
  readonly command: string
  readonly sinceMs: number
} {
  return { pid, command, sinceMs }
}

/** What had begun when its engine died runs again before anything else: until then it is ready. */
function armReport(arm: StoredArm, ownerLives: boolean): ArmReport {
  const { id, ready, blocked, scheduled, begun, succeeded, failed, cancelled } = arm
  return {
    id,
    enabled: undefined,
    paused: undefined,
    maxParallel: undefined,
    ready: ownerLives ? ready : ready + begun,
    blocked,
    scheduled,
    running: ownerLives ? begun : 0,
    ok: succeeded,
    failed,
    cancelled,
    wait: spanReport(arm.wait),
    run: spanReport(arm.run),
  }
}

export function spanReport(span: {
  readonly count: number
  readonly p50Us: number
  readonly p99Us: number
}): SpanReport | undefined {
  return span.count === 0 ? undefined : { p50Ms: span.p50Us / 1_000, p99Ms: span.p99Us / 1_000 }
}
