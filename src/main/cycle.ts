import type { Clock } from '../protocol/clock.ts'
import { parseDuration, type Duration } from '../protocol/duration.ts'
import { ARM_IDS } from '../protocol/task.ts'
import type { Engine } from './engine.ts'

export interface CycleOptions {
  /** Return after this long even if tasks of the cycle are still running; they go on. */
  readonly waitMs?: Duration
}

/** What a cycle settled, all arms together. */
export interface CycleSummary {
  readonly processed: number
  readonly failed: number
  readonly cancelled: number
  readonly retried: number
  /** Tasks of the cycle that had not ended when it returned. */
  readonly unfinished: number
  readonly ms: number
}

/** Runs what is ready now until it is settled. Behind the fence: what becomes ready later waits for the next cycle. */
export async function runCycle(
  engine: Engine,
  clock: Clock,
  options: CycleOptions,
): Promise<CycleSummary> {
  const startedAtMs = clock.monotonicMs()
  const before = totals(engine)
  const { store, scheduler, config } = engine
  store.fence()
  scheduler.start()
  await until(scheduler.whenIdle(), clock, options.waitMs)
  // What was claimed counts as running, in a thread already or not; what a stop hands back counts once, here.
  const { running } = store.depth()
  const unfinished = ARM_IDS.reduce((sum, arm) => sum + store.readyCount(arm) + running[arm], 0)
  store.lift()
  if (!config.autostart) scheduler.stop()
  const after = totals(engine)
  return {
    processed: after.processed - before.processed,
    failed: after.failed - before.failed,
    cancelled: after.cancelled - before.cancelled,
    retried: after.retried - before.retried,
    unfinished,
    ms: clock.monotonicMs() - startedAtMs,
  }
}

function totals(engine: Engine): Omit<CycleSummary, 'unfinished' | 'ms'> {
  const sum = { processed: 0, failed: 0, cancelled: 0, retried: 0 }
  for (const arm of ARM_IDS) {
    const counts = engine.settling.counts(arm)
    sum.processed += counts.processed
    sum.failed += counts.failed
    sum.cancelled += counts.cancelled
    sum.retried += counts.retried
  }
  return sum
}

async function until(done: Promise<void>, clock: Clock, wait: Duration | undefined): Promise<void> {
  if (wait === undefined) return done
  const waitMs = parseDuration(wait, 'waitMs')
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.after(waitMs, resolve)
    done.then(() => {
      cancel()
      resolve()
    }, reject)
  })
}
