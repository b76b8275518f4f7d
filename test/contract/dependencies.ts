import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Claim, TaskStore, Verdict } from '../../src/main/store/store.ts'
import type { Clock } from '../../src/protocol/clock.ts'
import { TestClock } from '../rig/clock.ts'
import { everything, failed, newTask, succeeded, type TaskSketch } from '../rig/store.ts'

/** What every store promises of tasks that wait for others. */
export function describeDependencies(name: string, make: (clock: Clock) => TaskStore): void {
  describe(`${name}: tasks that wait for others`, () => {
    let clock: TestClock
    let store: TaskStore
    let verdicts: Verdict[]

    beforeEach(async () => {
      clock = new TestClock()
      store = make(clock)
      verdicts = []
      store.onVerdict((judged) => verdicts.push(...judged))
      await store.open()
    })

    afterEach(() => store.close())

    const enqueue = (...sketches: TaskSketch[]): ReturnType<TaskStore['enqueue']> =>
      store.enqueue(sketches.map(newTask))
    const claim = (max = 100): Promise<Claim[]> => store.claim('batch', max, everything)
    const seqsOf = (claims: readonly Claim[]): number[] => claims.map(({ seq }) => seq)
    const state = async (id: string): Promise<string> => (await store.get(id))!.state

    /** Settles what the store judged, as the engine does; returns what it was. */
    async function settleVerdicts(): Promise<string[]> {
      while (store.judging) await new Promise((resolve) => setImmediate(resolve))
      const judged = verdicts.splice(0)
      await store.settle(
        judged.map((verdict) => {
          const to = verdict.why === 'parent-failed' ? 'failed' : 'cancelled'
          const root = 'root' in verdict ? verdict.root : ''
          const failure = { reason: 'parent-failed', message: '', root } as const
          return { ...failed(verdict.claim, { to }), outcome: { kind: 'failed', failure } }
        }),
      )
      return judged.map((verdict) =>
        'root' in verdict
          ? `${verdict.claim.seq} ${verdict.why} ${verdict.root}`
          : `${verdict.claim.seq} ${verdict.why}`,
      )
    }

    test('run once all of those have succeeded, and not before', async () => {
      await enqueue({ id: 'a' }, { id: 'b' }, { id: 'c', after: ['a', 'b'] }, {})
      expect(await store.get('c')).toMatchObject({
        state: 'blocked',
        after: ['a', 'b'],
        awaiting: ['a', 'b'],
      })
      expect(store.depth()).toMatchObject({ blocked: { batch: 1, builds: 0 }, ready: { batch: 3 } })
      expect(store.waitingCount).toBe(4)
      const [a, b, other] = await claim()
      expect(other).toMatchObject({ seq: 4 })
      await store.settle([succeeded(a!)])
      expect(await claim()).toEqual([])
      expect(await store.get('c')).toMatchObject({ state: 'blocked', awaiting: ['b'] })
      await store.settle([succeeded(b!)])
      expect(await store.get('c')).toMatchObject({
        state: 'ready',
        after: ['a', 'b'],
        awaiting: [],
      })
      expect(await claim()).toMatchObject([{ seq: 3, attempt: 1 }])
      expect(store.depth().blocked.batch).toBe(0)
    })

    test('wake their arm when they may run', async () => {
      await enqueue({ id: 'a' }, { after: ['a'], arm: 'builds' })
      const woken: string[] = []
      store.onWake((arm) => woken.push(arm))
      await store.settle([succeeded((await claim())[0]!)])
      expect(woken).toEqual(['builds'])
    })

    test('do not wait for what succeeded before they came, by its own id or the store’s', async () => {
      await enqueue({ id: 'a' }, {})
      await store.settle((await claim()).map((claimed) => succeeded(claimed)))
      await enqueue({ after: ['a', 'o_2'] })
      expect(seqsOf(await claim())).toEqual([3])
    })

    test('come in the same moment as the end of what they wait for, in whatever order', async () => {
      await enqueue({ id: 'a' }, { id: 'b' })
      const [a, b] = await claim()
      await Promise.all([
        enqueue({ id: 'c', after: ['a'] }),
        store.settle([succeeded(a!), failed(b!)]),
        enqueue({ id: 'd', after: ['a'] }, { id: 'e', after: ['b'] }),
      ])
      expect(seqsOf(await claim()).toSorted((one, other) => one - other)).toEqual([3, 4])
      expect(await settleVerdicts()).toEqual(['5 skipped b'])
    })

    test('wait for an attempt that is repeated', async () => {
      await enqueue({ id: 'a' }, { after: ['a'] })
      await store.settle([failed((await claim())[0]!, { to: 'scheduled', delayMs: 5 })])
      expect(await claim()).toEqual([])
      clock.turn(5)
      await store.settle([succeeded((await claim())[0]!)])
      expect(seqsOf(await claim())).toEqual([2])
    })

    test('keep their own delay beside that', async () => {
      await enqueue({ id: 'a' }, { after: ['a'], runAtMs: clock.wallMs() + 50 })
      await store.settle([succeeded((await claim())[0]!)])
      expect(await claim()).toEqual([])
      clock.turn(50)
      expect(seqsOf(await claim())).toEqual([2])
    })

    test('are refused, alone, when one of those is unknown or is itself', async () => {
      const results = await enqueue(
        {},
        { id: 'me', after: ['me'] },
        { after: ['o_1', 'nobody'] },
        {},
      )
      expect(results.map(({ kind }) => kind)).toEqual([
        'created',
        'unknown-parent',
        'unknown-parent',
        'created',
      ])
      expect(results[2]).toMatchObject({ parent: 'nobody' })
      expect(await store.get('me')).toBeUndefined()
      expect(seqsOf(await claim())).toEqual([1, 4])
      expect(await enqueue({ id: 'me' })).toMatchObject([{ kind: 'created' }])
    })

    test('are the same task for the same id, whatever they wait for', async () => {
      await enqueue({ id: 'a' }, { id: 'c', after: ['a'] })
      expect(
        await enqueue({ id: 'c', after: ['gone'] }, { id: 'c', payload: '2', after: ['a'] }),
      ).toEqual([
        { kind: 'existing', seq: 2 },
        { kind: 'conflict', seq: 2 },
      ])
    })

    test('end with the first of those that fails, by their own rule', async () => {
      await enqueue(
        { id: 'a' },
        { id: 'b' },
        { id: 'skips', after: ['a', 'b'] },
        { id: 'fails', after: ['b', 'a'], onFailure: 'fail' },
        { id: 'runs', after: ['a', 'b'], onFailure: 'run' },
      )
      const [a, b] = await claim()
      await store.settle([failed(a!)])
      expect(await state('skips')).toBe('running')
      expect(await settleVerdicts()).toEqual(['3 skipped a', '4 parent-failed a'])
      expect(await store.get('skips')).toMatchObject({
        state: 'cancelled',
        failure: { reason: 'parent-failed', root: 'a' },
        attempts: [{ attempt: 1, state: 'cancelled' }],
      })
      expect(await state('fails')).toBe('failed')
      expect(await store.get('runs')).toMatchObject({ state: 'blocked', awaiting: ['b'] })
      await store.settle([failed(b!)])
      expect(seqsOf(await claim())).toEqual([5])
    })

    test('end with all that wait for them in turn, and all name the same root', async () => {
      await enqueue(
        { id: 'a' },
        { id: 'b', after: ['a'] },
        { id: 'c', after: ['b'], onFailure: 'fail' },
        { id: 'd', after: ['c', 'b'] },
        { id: 'e', after: ['d'], onFailure: 'run' },
      )
      await store.settle([failed((await claim())[0]!)])
      expect(await claim()).toEqual([])
      expect(await settleVerdicts()).toEqual(['2 skipped a', '3 parent-failed a', '4 skipped a'])
      expect(seqsOf(await claim())).toEqual([5])
      await enqueue({ id: 'late', after: ['d'] })
      expect(await settleVerdicts()).toEqual(['6 skipped a'])
    })

    test('end at once when one of those had failed before they came', async () => {
      await enqueue({ id: 'a' })
      await store.settle([failed((await claim())[0]!)])
      await enqueue({ id: 'b', after: ['a'] }, { after: ['b'] }, { after: ['a'], onFailure: 'run' })
      expect(await settleVerdicts()).toEqual(['2 skipped a', '3 skipped a'])
      expect(seqsOf(await claim())).toEqual([4])
    })

    test('can be cancelled, and so end those that wait for them', async () => {
      await enqueue({ id: 'a' }, { id: 'b', after: ['a'] }, { id: 'c', after: ['b'] })
      expect(await store.cancel(['b'])).toEqual(['removed'])
      expect(await settleVerdicts()).toEqual(['3 skipped b'])
      expect(await state('b')).toBe('cancelled')
      expect(store.depth()).toMatchObject({ blocked: { batch: 0 }, ready: { batch: 1 } })
    })

    test('expire while they wait', async () => {
      await enqueue({ id: 'a' }, { after: ['a'], expiresAtMs: clock.wallMs() + 10 })
      const judged = Promise.withResolvers<readonly Verdict[]>()
      store.onVerdict(judged.resolve)
      clock.turn(10)
      expect(await judged.promise).toMatchObject([{ why: 'expired', claim: { seq: 2 } }])
    })

    test('are not revived by a retry of what failed, and wait for it when they are retried themselves', async () => {
      await enqueue({ id: 'a' }, { id: 'b', after: ['a'] }, { id: 'c', after: ['b'] })
      await store.settle([failed((await claim())[0]!)])
      await settleVerdicts()
      expect(await store.retry(['c', 'b'])).toEqual(['retried', 'retried'])
      expect(await store.get('b')).toMatchObject({ state: 'blocked', awaiting: ['a'] })
      expect(await claim()).toEqual([])
      expect(await store.retry(['a'])).toEqual(['retried'])
      await store.settle([succeeded((await claim())[0]!)])
      const [b] = await claim()
      expect(b).toMatchObject({ seq: 2, attempt: 2, attemptsBefore: 1 })
      await store.settle([succeeded(b!)])
      expect(await claim()).toMatchObject([{ seq: 3, attempt: 2 }])
    })

    test('end again when the retry of what failed fails too', async () => {
      await enqueue({ id: 'a' }, { id: 'b', after: ['a'] })
      await store.settle([failed((await claim())[0]!)])
      await settleVerdicts()
      await store.retry(['b', 'a'])
      await store.settle([failed((await claim())[0]!)])
      expect(await settleVerdicts()).toEqual(['2 skipped a'])
      expect(verdicts).toEqual([])
    })

    test('run at once in a retry when all of those have succeeded meanwhile', async () => {
      await enqueue({ id: 'a' }, { id: 'b', after: ['a'] })
      await store.settle([succeeded((await claim())[0]!)])
      await store.settle([failed((await claim())[0]!)])
      await store.retry(['b'])
      expect(await claim()).toMatchObject([{ seq: 2, attempt: 2 }])
    })

    test('are found by their state', async () => {
      await enqueue({ id: 'a' }, { after: ['a'] }, {})
      const { tasks } = await store.inspect({ states: ['blocked'] })
      expect(tasks).toMatchObject([{ seq: 2, awaiting: ['a'] }])
      expect((await store.inspect({ states: ['ready'] })).tasks).toHaveLength(2)
    })

    test('start by the length of the chain behind them, among equals of a priority', async () => {
      await enqueue({}, { level: 1 }, { level: 7 }, { priority: 1 }, { level: 7 }, { level: 2 })
      const claims = await claim(3)
      expect(seqsOf(claims)).toEqual([4, 3, 5])
      store.release(claims)
      await enqueue({ level: 9 })
      expect(seqsOf(await claim())).toEqual([4, 7, 3, 5, 6, 2, 1])
    })

    test('keep their rank through delays and repeated attempts', async () => {
      await enqueue({ level: 3 }, { level: 2, delayMs: 5 }, { delayMs: 5 })
      await store.settle([failed((await claim())[0]!, { to: 'scheduled', delayMs: 5 })])
      clock.turn(5)
      expect(seqsOf(await claim())).toEqual([1, 2, 3])
    })

    test('may be many of one, and one of many', async () => {
      const width = 1_000
      const ids = Array.from({ length: width }, (_, at) => `p${at}`)
      await enqueue({ id: 'first' }, ...ids.map((id) => ({ id, after: ['first'] })))
      await enqueue({ id: 'last', after: ids })
      await store.settle([succeeded((await claim())[0]!)])
      const middle = await claim(width)
      expect(middle).toHaveLength(width)
      await store.settle(middle.map((claimed) => succeeded(claimed)))
      expect(await claim()).toHaveLength(1)
    })

    test('of a tail of thousands end together', async () => {
      const length = 3_000
      const chain = Array.from({ length }, (_, at) => ({ id: `${at}`, after: [`${at - 1}`] }))
      await enqueue({ id: '-1' }, ...chain)
      await store.settle([failed((await claim())[0]!)])
      expect(await settleVerdicts()).toHaveLength(length)
      expect(await state(`${length - 1}`)).toBe('cancelled')
    })
  })
}
