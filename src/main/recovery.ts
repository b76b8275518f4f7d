import type { Failure } from '../protocol/outcome.ts'
import type { EndedAttempt } from './ended-attempt.ts'
import type { Verdict } from './store/store.ts'
import { expiredFailure, lostFailure, quarantinedFailure, stopFailure } from './verdicts.ts'

/** What the store decided without a thread, as ends of attempts like any other: a crash goes through the same settle. */
export function endOf({ claim, why }: Verdict): EndedAttempt {
  const startedAtMs = claim.readyAtMs
  const outcome = { kind: 'failed', failure: failureFor(why) } as const
  return { claim, claimedAtMs: startedAtMs, startedAtMs, runMs: 0, outcome, logs: [], threadId: 0 }
}

function failureFor(why: Verdict['why']): Failure {
  switch (why) {
    case 'lost':
      return lostFailure('the engine died while this attempt ran')
    case 'cancelled':
      return stopFailure('cancelled')
    case 'quarantined':
      return quarantinedFailure()
    case 'expired':
      return expiredFailure()
    default:
      return why satisfies never
  }
}
