import { describe, expect, test } from 'vitest'
import { openTestOctopus, performTask } from 'octopus-executor/testing'
import { checksumFiles } from '../../src/arms/batch/tasks.ts'
import { odd, sendSurvey, sendWelcome } from './tasks.ts'

const tasks = new URL('./tasks.ts', import.meta.url)

describe('performTask', () => {
  test('runs a handler here, and keeps all that it says', async () => {
    const sent: unknown[] = []
    const mail = { send: (letter: unknown) => sent.push(letter) }
    const performed = await performTask(
      sendWelcome,
      { to: 'ada' },
      { host: { dreamOps: mail, wolfPack: mail }, lastCheckpoint: { rendered: true } },
    )
    expect(performed).toMatchObject({
      state: 'succeeded',
      result: { receipt: 1, resumed: true, services: ['dreamOps'] },
      logs: [{ level: 'info', text: 'welcome, ada' }],
      progress: [{ done: 1, total: 2, note: 'rendered' }],
      checkpoints: [{ rendered: true }],
      enqueued: [{ type: 'send-survey', payload: { to: 'ada' }, delay: '7d' }],
    })
    expect(sent).toEqual([{ to: 'ada' }])
  })

  test('tells a failure as a value, and drops what the attempt enqueued', async () => {
    const nobody = await performTask(sendWelcome, { to: 'nobody' })
    const busy = await performTask(sendWelcome, { to: 'busy' })
    const away = await performTask(sendWelcome, { to: 'ada', tries: 2 }, { attempt: 2 })
    expect([nobody, busy, away]).toMatchObject([
      { state: 'failed', retryable: false, failure: { message: 'no such address' }, enqueued: [] },
      { state: 'failed', retryable: true, failure: { retryAfterMs: 30_000 } },
      { state: 'failed', retryable: true, failure: { message: 'the server is away' } },
    ])
  })

  test('refuses what an engine would: a payload beside the schema, a result that is no JSON', async () => {
    const wrong = performTask(sendWelcome, JSON.parse('{"to":5}') as { to: string })
    await expect(wrong).rejects.toMatchObject({ code: 'E_PAYLOAD' })
    expect(await performTask(odd, {})).toMatchObject({
      state: 'failed',
      retryable: false,
      failure: { reason: 'unserializable' },
    })
  })

  test('aborts by a signal of the test, and runs handlers that come with the engine', async () => {
    const performed = await performTask(
      checksumFiles,
      { paths: ['test/testing/*.ts'] },
      { signal: AbortSignal.abort(new Error('stop')) },
    )
    expect(performed).toMatchObject({ state: 'failed', failure: { message: 'stop' } })
  })
})

describe('openTestOctopus', () => {
  test('holds what was enqueued until it is drained, and tells every outcome', async () => {
    await using engine = await openTestOctopus({ tasks })
    await engine.octopus.enqueue(sendSurvey, { to: 'ada' }, { priority: 3 })
    await engine.assertEnqueued({ type: sendSurvey, payload: { to: 'ada' }, priority: 3 })
    await expect(
      engine.assertEnqueued({ type: 'send-survey', payload: { to: 'bob' } }),
    ).rejects.toMatchObject({ hint: 'These do: send-survey {"to":"ada"}.' })
    await engine.drain()
    expect(await engine.enqueued()).toEqual([])
    expect(engine.outcomes.all({ type: sendSurvey })).toMatchObject([
      { state: 'succeeded', result: 'asked ada' },
    ])
  })

  test('turns the clock to retries and to what handlers enqueued for later', async () => {
    await using engine = await openTestOctopus({ tasks })
    const before = engine.clock.wallMs()
    await engine.octopus.enqueue(sendWelcome, { to: 'ada', tries: 2 }, { id: 'welcome' })
    await engine.drain({ scheduled: true })
    expect(engine.outcomes.all().map(({ type, attempt, state }) => [type, attempt, state])).toEqual(
      [
        ['send-welcome', 1, 'scheduled'],
        ['send-welcome', 2, 'scheduled'],
        ['send-welcome', 3, 'succeeded'],
        ['send-survey', 1, 'succeeded'],
      ],
    )
    const days = (engine.clock.wallMs() - before) / 86_400_000
    expect(Math.floor(days)).toBe(7)
  })

  test('leaves what is due later alone until the clock is turned by hand', async () => {
    await using engine = await openTestOctopus({ tasks })
    const task = await engine.octopus.enqueue(sendSurvey, { to: 'ada' }, { delay: '1h' })
    await engine.drain()
    expect(engine.outcomes.all()).toEqual([])
    const outcome = engine.outcomes.first({ id: task.id })
    engine.clock.turn(3_600_000)
    expect(await outcome).toMatchObject({ state: 'succeeded', result: 'asked ada' })
  })

  test('says which outcomes there were when one does not come', async () => {
    await using engine = await openTestOctopus({ tasks })
    const { id } = await engine.octopus.enqueue(sendSurvey, { to: 'ada' })
    await engine.drain()
    await expect(engine.outcomes.first({ state: 'failed' }, 1)).rejects.toMatchObject({
      hint: `There were: send-survey ${id} succeeded.`,
    })
  })
})
