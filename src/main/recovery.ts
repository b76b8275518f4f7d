import type { Failure } from '../protocol/outcome.ts'
import type { EndedAttempt } from './ended-attempt.ts'
import type { Move, Verdict } from './store/store.ts'
import {
  expiredFailure,
  lostFailure,
  parentFailure,
  partFailure,
  quarantinedFailure,
  stopFailure,
} from './verdicts.ts'

/** What the store decided without a thread, as ends of attempts like any other: a crash goes through the same settle. */
export function endOf(verdict: Verdict): EndedAttempt {
  const { claim } = verdict
  const startedAtMs = claim.readyAtMs
  const outcome = { kind: 'failed', failure: failureFor(verdict) } as const
  const times = { claimedAtMs: startedAtMs, startedAtMs, runMs: 0 }
  return { claim, ...times, outcome, move: MOVES[verdict.why], logs: [], threadId: 0 }
}

/** Where it is not its failure that decides what follows. */
const MOVES: Partial<Record<Verdict['why'], Move>> = {
  skipped: { to: 'cancelled' },
  'parent-failed': { to: 'failed' },
}

function failureFor(verdict: Verdict): Failure {
  switch (verdict.why) {
    case 'lost':
      return lostFailure('the engine died while this attempt ran')
    case 'cancelled':
      return stopFailure('cancelled')
    case 'quarantined':
      return quarantinedFailure()
    case 'expired':
      return expiredFailure()
    case 'skipped':
    case 'parent-failed':
      return parentFailure(verdict.root)
    case 'part-failed':
      return partFailure(verdict.root)
    default:
      return verdict satisfies never
  }
}
