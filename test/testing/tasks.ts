import * as v from 'valibot'
import { defineTask, NonRetryable, RetryAfter } from 'octopus-executor/task'

/** What somebody's own module of tasks looks like. */
export const sendWelcome = defineTask({
  type: 'send-welcome',
  arm: 'streams',
  payload: v.object({ to: v.string(), tries: v.optional(v.number(), 0) }),
  attempts: 3,
  backoff: { kind: 'fixed', min: '1h' },
  host: ['dreamOps'],
  async run({ to, tries }, { attempt, checkpoint, enqueue, host, lastCheckpoint, log, progress }) {
    log.info(`welcome, ${to}`)
    progress(1, 2, 'rendered')
    await checkpoint({ rendered: true })
    await enqueue('send-survey', { to }, { delay: '7d' })
    if (to === 'nobody') throw new NonRetryable('no such address')
    if (to === 'busy') throw new RetryAfter('30s')
    if (attempt <= tries) throw new Error('the server is away')
    const receipt = await host.dreamOps?.['send']?.({ to })
    return {
      receipt: receipt ?? null,
      resumed: lastCheckpoint !== undefined,
      services: Object.keys(host),
    }
  },
})

export const sendSurvey = defineTask({
  type: 'send-survey',
  arm: 'streams',
  run: ({ to }: { readonly to: string }) => `asked ${to}`,
})

export const odd = defineTask({
  type: 'odd',
  arm: 'streams',
  run: () => new Map([[1, 2]]),
})
