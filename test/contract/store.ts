import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { mintId } from '../../src/protocol/task.ts'
import type { ArmId } from '../../src/protocol/task.ts'
import type { Clock } from '../../src/protocol/clock.ts'
import type { Claim, TaskStore, Verdict } from '../../src/main/store/store.ts'
import { TestClock } from '../rig/clock.ts'
import {
  everything,
  failed,
  newTask,
  payloadOf,
  succeeded,
  times,
  type TaskSketch,
} from '../rig/store.ts'

/** What every store promises, whatever it is made of. `make` gives a new, empty store that is not open yet. */
export function describeStore(name: string, make: (clock: Clock) => TaskStore): void {
  describe(name, () => {
    let clock: TestClock
    let store: TaskStore

    beforeEach(async () => {
      clock = new TestClock()
      store = make(clock)
      await store.open()
    })

    afterEach(() => store.close())

    async function enqueue(...sketches: TaskSketch[]): Promise<number[]> {
      const results = await store.enqueue(sketches.map(newTask))
      return results.map(({ seq }) => seq)
    }

    function claim(arm: ArmId = 'batch', max = 100): Promise<Claim[]> {
      return store.claim(arm, max, everything)
    }

    async function claimOne(arm?: ArmId): Promise<Claim> {
      const [first, ...rest] = await claim(arm, 1)
      expect(rest).toEqual([])
      if (first === undefined) throw new Error('nothing to claim')
      return first
    }

    const seqsOf = (claims: readonly Claim[]): number[] => claims.map(({ seq }) => seq)

    describe('accepting', () => {
      test('gives every task the next seq', async () => {
        expect(await enqueue({}, {}, {})).toEqual([1, 2, 3])
        expect(await enqueue({})).toEqual([4])
      })

      test('the same id with the same payload is the same task', async () => {
        const [first] = await enqueue({ id: 'a', payload: '1' })
        expect(await store.enqueue([newTask({ id: 'a', payload: '1' })])).toEqual([
          { kind: 'existing', seq: first },
        ])
        expect(await claim()).toHaveLength(1)
      })

      test('the same id with another payload is a conflict', async () => {
        const [first] = await enqueue({ id: 'a', payload: '1' })
        expect(await store.enqueue([newTask({ id: 'a', payload: '2' })])).toEqual([
          { kind: 'conflict', seq: first },
        ])
        expect(payloadOf((await claimOne()).envelope)).toBe('1')
      })

      test('ids are told apart inside one batch too, and between batches of one moment', async () => {
        const results = await Promise.all([
          store.enqueue([
            newTask({ id: 'a', payload: '1' }),
            newTask(),
            newTask({ id: 'a', payload: '2' }),
          ]),
          store.enqueue([newTask(), newTask({ id: 'a', payload: '1' }), newTask({ id: 'ä' })]),
        ])
        expect(results.map((batch) => batch.map(({ kind }) => kind))).toEqual([
          ['created', 'created', 'conflict'],
          ['created', 'existing', 'created'],
        ])
        expect(results.flat().filter(({ kind }) => kind !== 'created')).toEqual([
          { kind: 'conflict', seq: 1 },
          { kind: 'existing', seq: 1 },
        ])
      })

      test('the id of a task that succeeded stays taken', async () => {
        await enqueue({ id: 'a' })
        await store.settle([succeeded(await claimOne())])
        expect(await store.enqueue([newTask({ id: 'a' })])).toEqual([{ kind: 'existing', seq: 1 }])
        expect(await claim()).toEqual([])
      })

      test('wakes the arms whose tasks are ready', async () => {
        const woken: ArmId[] = []
        const unsubscribe = store.onWake((arm) => woken.push(arm))
        await enqueue({ arm: 'builds' }, { arm: 'deploy', delayMs: 10 }, { arm: 'builds' })
        expect(woken).toEqual(['builds'])
        unsubscribe()
        await enqueue({ arm: 'builds' })
        expect(woken).toEqual(['builds'])
      })

      test('takes an envelope of a mebibyte', async () => {
        const payload = JSON.stringify('x'.repeat(1024 * 1024))
        await enqueue({ payload })
        expect(payloadOf((await claimOne()).envelope)).toBe(payload)
      })
    })

    describe('order', () => {
      test('a task is given once and whole', async () => {
        await enqueue({ type: 'thumbs', arm: 'builds', priority: 9, payload: '{"a":1}' })
        const claimed = await claimOne('builds')
        expect(claimed).toMatchObject({
          seq: 1,
          attempt: 1,
          type: 'thumbs',
          arm: 'builds',
          priority: 9,
          readyAtMs: clock.monotonicMs(),
          checkpoint: undefined,
          suspect: false,
        })
        expect(payloadOf(claimed.envelope)).toBe('{"a":1}')
        expect(await claim('builds')).toEqual([])
      })

      test('higher priority first, then first come first served', async () => {
        await enqueue(
          { priority: 1 },
          { priority: 255 },
          { priority: 0 },
          { priority: 1 },
          { priority: 255 },
        )
        expect(seqsOf(await claim())).toEqual([2, 5, 1, 4, 3])
      })

      test('no arm sees the tasks of another', async () => {
        await enqueue({ arm: 'deploy' }, { arm: 'batch' })
        expect(seqsOf(await claim('batch'))).toEqual([2])
        expect(seqsOf(await claim('streams'))).toEqual([])
        expect(seqsOf(await claim('deploy'))).toEqual([1])
      })

      test('a claim takes no more than it asked for, and stops before a type that is not admitted', async () => {
        await enqueue({ type: 'a' }, { type: 'a' }, { type: 'b' }, { type: 'a' })
        expect(seqsOf(await claim('batch', 1))).toEqual([1])
        expect(seqsOf(await store.claim('batch', 9, (type) => type === 'a'))).toEqual([2])
        expect(seqsOf(await claim())).toEqual([3, 4])
      })

      test('what is handed back is first again, in its old order and uncharged', async () => {
        await enqueue({}, {}, {}, {})
        const claims = await claim('batch', 3)
        store.release(claims)
        const again = await claim()
        expect(seqsOf(again)).toEqual([1, 2, 3, 4])
        expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1])
      })

      test('handing back what was settled or handed back before does nothing', async () => {
        await enqueue({}, {})
        const claims = await claim()
        await store.settle([succeeded(claims[0]!)])
        store.release(claims)
        store.release(claims)
        expect(seqsOf(await claim())).toEqual([2])
      })

      test('behind a fence only what was ready is given', async () => {
        await enqueue({}, { priority: 3 })
        store.fence()
        await enqueue({ priority: 9 }, {})
        expect(store.readyCount('batch')).toBe(2)
        expect(seqsOf(await claim())).toEqual([2, 1])
        expect(store.readyCount('batch')).toBe(0)
        store.lift()
        expect(seqsOf(await claim())).toEqual([3, 4])
      })

      test('ten thousand tasks come whole and in order, far beyond what is kept at hand', async () => {
        const sketches = Array.from({ length: 10_000 }, (_, at) => ({ payload: `${at}` }))
        await enqueue(...sketches)
        const payloads: string[] = []
        for (let claims = await claim(); claims.length > 0; claims = await claim()) {
          payloads.push(...claims.map(({ envelope }) => payloadOf(envelope)))
          await store.settle(claims.map((claimed) => succeeded(claimed)))
        }
        expect(payloads).toEqual(sketches.map(({ payload }) => payload))
      })
    })

    describe('tasks that a success brings along', () => {
      const bringing = (
        claimed: Claim,
        ...sketches: TaskSketch[]
      ): Parameters<TaskStore['settle']>[0][number] => ({
        ...succeeded(claimed),
        enqueues: sketches.map(newTask),
      })

      test('are there with the success, and ready', async () => {
        await enqueue({})
        const woken: ArmId[] = []
        store.onWake((arm) => woken.push(arm))
        const parent = await claimOne()
        expect(
          await store.settle([bringing(parent, { payload: '1' }, { arm: 'builds', id: 'a' })]),
        ).toEqual(['applied'])
        expect(woken.sort()).toEqual(['batch', 'builds'])
        expect(payloadOf((await claimOne()).envelope)).toBe('1')
        expect(await claimOne('builds')).toMatchObject({ attempt: 1 })
        expect(await store.get('a')).toMatchObject({ state: 'running', arm: 'builds' })
        expect(await store.get(mintId(parent.seq))).toMatchObject({ state: 'succeeded' })
      })

      test('may wait for their time', async () => {
        await enqueue({})
        await store.settle([bringing(await claimOne(), { delayMs: 10, id: 'later' })])
        expect(await claim()).toEqual([])
        expect(await store.get('later')).toMatchObject({ state: 'scheduled' })
        clock.turn(10)
        expect(await claim()).toHaveLength(1)
      })

      test('that were there before are nothing new', async () => {
        await enqueue({ arm: 'deploy' }, { id: 'a', payload: '1' })
        const results = await store.settle([
          bringing(await claimOne('deploy'), { id: 'a', payload: '1' }, { id: 'b' }, { id: 'b' }),
        ])
        expect(results).toEqual(['applied'])
        expect(await claim()).toHaveLength(2)
      })

      test('are not there when one of their ids is taken by another task, and nor is the success', async () => {
        await enqueue({ arm: 'deploy' }, { arm: 'deploy' }, { id: 'a', payload: '1' })
        const [first, second] = await claim('deploy')
        expect(
          await store.settle([
            bringing(first!, { id: 'b' }, {}, { id: 'a', payload: '2' }, { id: 'a', payload: '3' }),
            bringing(second!, { id: 'c' }),
          ]),
        ).toEqual([{ conflict: 'a' }, 'applied'])
        expect(await store.get('b')).toBeUndefined()
        expect(await store.get(mintId(first!.seq))).toMatchObject({ state: 'running' })
        expect(await store.get(mintId(second!.seq))).toMatchObject({ state: 'succeeded' })
        expect(seqsOf(await claim())).toHaveLength(2)
        expect(await store.settle([failed(first!)])).toEqual(['applied'])
        expect(await store.get(mintId(first!.seq))).toMatchObject({ state: 'failed' })
        expect(await store.enqueue([newTask({ id: 'b', payload: 'new' })])).toMatchObject([
          { kind: 'created' },
        ])
      })

      test('are in conflict with one another too, within a settle and between those of one moment', async () => {
        await enqueue({ arm: 'deploy' }, { arm: 'deploy' }, { arm: 'deploy' })
        const [first, second, third] = await claim('deploy')
        const results = await Promise.all([
          store.settle([bringing(first!, { id: 'a', payload: '1' }, { id: 'a', payload: '2' })]),
          store.settle([
            bringing(second!, { id: 'a', payload: '3' }),
            bringing(third!, { id: 'a', payload: '4' }),
          ]),
        ])
        expect(results).toEqual([[{ conflict: 'a' }], ['applied', { conflict: 'a' }]])
        expect(payloadOf((await claimOne()).envelope)).toBe('3')
      })

      test('are not there when the attempt is over already', async () => {
        await enqueue({})
        const claimed = await claimOne()
        await store.settle([succeeded(claimed)])
        expect(await store.settle([bringing(claimed, { id: 'a' })])).toEqual(['stale'])
        expect(await store.get('a')).toBeUndefined()
      })
    })

    describe('time', () => {
      test('a delayed task is ready when the delay has passed, whatever the wall clock shows', async () => {
        await enqueue({ delayMs: 5_000 })
        expect(store.depth().scheduled.batch).toBe(1)
        clock.setWall(clock.wallMs() + 3_600_000)
        clock.turn(4_999)
        expect(await claim()).toEqual([])
        clock.turn(1)
        expect(seqsOf(await claim())).toEqual([1])
      })

      test('an appointment follows the wall clock, also when it is set', async () => {
        const runAtMs = clock.wallMs() + 3_600_000
        await enqueue({ runAtMs })
        clock.turn(1_000)
        expect(await claim()).toEqual([])
        clock.setWall(runAtMs)
        clock.turn(60_000)
        expect(seqsOf(await claim())).toEqual([1])
      })

      test('tasks due at one moment keep their order, and an idle store has one timer', async () => {
        await enqueue({ delayMs: 20 }, { delayMs: 10 }, { delayMs: 10 }, { delayMs: 20 })
        expect(clock.timerCount).toBe(1)
        clock.turn(30)
        expect(seqsOf(await claim())).toEqual([2, 3, 1, 4])
        expect(clock.timerCount).toBe(0)
      })

      test('a task that did not start in time is given to whoever fails it', async () => {
        const expired = Promise.withResolvers<readonly Verdict[]>()
        store.onVerdict(expired.resolve)
        const at = clock.wallMs()
        await enqueue({ expiresAtMs: at + 50 }, {}, { expiresAtMs: at + 50, delayMs: 90 })
        clock.turn(50)
        const verdicts = await expired.promise
        const claims = verdicts.map(({ claim: expiredClaim }) => expiredClaim)
        expect(new Set(verdicts.map(({ why }) => why))).toEqual(new Set(['expired']))
        expect(new Set(seqsOf(claims))).toEqual(new Set([1, 3]))
        expect(seqsOf(await claim())).toEqual([2])
        expect(await store.settle(claims.map((claimed) => failed(claimed)))).toEqual([
          'applied',
          'applied',
        ])
        clock.turn(90)
        expect(await claim()).toEqual([])
      })
    })

    describe('settling', () => {
      test('a success is on record with its result, its times and its logs', async () => {
        await enqueue({ type: 'thumbs', priority: 4, payload: '[1]' })
        const claimed = await claimOne()
        const logs = [{ atMs: 3, level: 'warn', text: 'höher' }] as const
        expect(await store.settle([{ ...succeeded(claimed, '{"n":2}'), logs }])).toEqual([
          'applied',
        ])
        const record = await store.get(mintId(1))
        expect(record).toMatchObject({
          id: 'o_1',
          seq: 1,
          type: 'thumbs',
          arm: 'batch',
          priority: 4,
          state: 'succeeded',
          attempts: [{ attempt: 1, state: 'succeeded', failure: undefined, ...times }],
          failure: undefined,
          logs,
        })
        expect(Buffer.from(record!.result!.bytes).toString()).toBe('{"n":2}')
        expect(record!.result!.binary).toBe(false)
        expect(payloadOf(record!.envelope!)).toBe('[1]')
      })

      test('null and bytes are results too', async () => {
        await enqueue({}, {})
        const [first, second] = await claim()
        const bytes = Uint8Array.of(0, 255, 0)
        const outcome = { kind: 'succeeded', result: { bytes, binary: true } } as const
        await store.settle([succeeded(first!), { ...succeeded(second!), outcome }])
        expect((await store.get('o_1'))!.result).toEqual({
          bytes: new Uint8Array(0),
          binary: false,
        })
        expect(new Uint8Array((await store.get('o_2'))!.result!.bytes)).toEqual(bytes)
        expect((await store.get('o_2'))!.result!.binary).toBe(true)
      })

      test('a result in shared memory may be written over once it is settled', async () => {
        await enqueue({})
        const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 3)
        shared.set([1, 2, 3])
        const outcome = { kind: 'succeeded', result: { bytes: shared, binary: true } } as const
        await store.settle([{ ...succeeded(await claimOne()), outcome }])
        shared.fill(9)
        expect([...(await store.get('o_1'))!.result!.bytes]).toEqual([1, 2, 3])
      })

      test('a failure keeps its whole chain of causes', async () => {
        await enqueue({})
        const failure = {
          reason: 'timeout',
          name: 'E',
          message: 'm',
          code: 'C',
          stack: 's',
          cause: { reason: 'threw', message: 'deep' },
        } as const
        await store.settle([{ ...failed(await claimOne()), outcome: { kind: 'failed', failure } }])
        const record = await store.get('o_1')
        expect(record).toMatchObject({ state: 'failed', failure, attempts: [{ failure }] })
        expect(record!.result).toBeUndefined()
      })

      test('only what runs at that attempt is settled, and only once', async () => {
        await enqueue({}, {})
        const [first, second] = await claim()
        const other = { seq: first!.seq, attempt: 2 }
        expect(await store.settle([succeeded(other), succeeded(second!)])).toEqual([
          'stale',
          'applied',
        ])
        expect(await store.settle([succeeded(first!), succeeded(first!)])).toEqual([
          'applied',
          'stale',
        ])
        expect(await store.settle([succeeded({ seq: 99, attempt: 1 })])).toEqual(['stale'])
        expect((await store.get('o_1'))!.attempts).toHaveLength(1)
      })

      test('a retry runs again after its delay, as the next attempt', async () => {
        await enqueue({ payload: '7' })
        await store.settle([failed(await claimOne(), { to: 'scheduled', delayMs: 1_000 })])
        expect(await claim()).toEqual([])
        clock.turn(1_000)
        const again = await claimOne()
        expect(again).toMatchObject({ seq: 1, attempt: 2 })
        expect(payloadOf(again.envelope)).toBe('7')
        await store.settle([succeeded(again)])
        expect((await store.get('o_1'))!.attempts).toMatchObject([
          { attempt: 1, state: 'scheduled', failure: { message: 'no luck' } },
          { attempt: 2, state: 'succeeded' },
        ])
      })

      test('a checkpoint reaches the next attempt, the last one written', async () => {
        await enqueue({})
        const first = await claimOne()
        await store.checkpoint(first.seq, 1, Uint8Array.of(1))
        await store.checkpoint(first.seq, 1, Uint8Array.of(2, 3))
        await store.checkpoint(first.seq, 2, Uint8Array.of(9))
        await store.settle([failed(first, { to: 'scheduled', delayMs: 1 })])
        clock.turn(1)
        expect([...(await claimOne()).checkpoint!]).toEqual([2, 3])
      })

      test('starts are recorded without a change of the order', async () => {
        await enqueue({}, {})
        await store.recordStart(await claim('batch', 1))
        expect(seqsOf(await claim())).toEqual([2])
      })
    })

    describe('cancelling', () => {
      test('removes what waits, wherever it waits', async () => {
        await enqueue({}, { delayMs: 10 }, { runAtMs: clock.wallMs() + 10 }, { id: 'mine' }, {})
        expect(await store.cancel(['o_1', 'o_2', 'o_3', 'mine'])).toEqual(
          Array.from({ length: 4 }, () => 'removed'),
        )
        clock.turn(20)
        expect(seqsOf(await claim())).toEqual([5])
        expect(await store.get('mine')).toMatchObject({
          state: 'cancelled',
          failure: { reason: 'cancelled' },
        })
      })

      test('says what runs, what is gone and what never was', async () => {
        await enqueue({}, {})
        const claims = await claim()
        await store.settle([succeeded(claims[0]!)])
        expect(await store.cancel(['o_1', 'o_2', 'o_3', 'nobody'])).toEqual([
          'gone',
          'running',
          'unknown',
          'unknown',
        ])
        expect(await store.settle([succeeded(claims[1]!)])).toEqual(['applied'])
      })

      test('reaches a task whose claim is still on its way', async () => {
        await enqueue(...Array.from({ length: 9_000 }, () => ({})))
        while ((await claim('batch', 4_200)).length > 0) if (store.readyCount('batch') < 700) break
        const verdicts: Verdict[] = []
        store.onVerdict((judged) => verdicts.push(...judged))
        const claiming = claim('batch', 1_000)
        expect(await store.cancel([mintId(9_000)])).toEqual(['running'])
        const claims = await claiming
        // Either the cancel met it before it was given, or it was given and comes back.
        expect(seqsOf(claims).includes(9_000)).toBe(verdicts.length === 0)
        store.release(claims)
        expect(verdicts).toMatchObject([{ why: 'cancelled', claim: { seq: 9_000 } }])
      })

      test('ends a task whose retry was just decided', async () => {
        const verdicts: Verdict[] = []
        store.onVerdict((judged) => verdicts.push(...judged))
        await enqueue({})
        const settling = store.settle([failed(await claimOne(), { to: 'scheduled', delayMs: 1 })])
        const [[result]] = await Promise.all([store.cancel(['o_1']), settling])
        // Either the retry waited already, or it is judged before it waits.
        expect(verdicts).toHaveLength(result === 'removed' ? 0 : 1)
        await store.settle(verdicts.map(({ claim: next }) => failed(next, { to: 'cancelled' })))
        clock.turn(1)
        expect(await claim()).toEqual([])
        expect((await store.get('o_1'))!.state).toBe('cancelled')
      })

      test('ends a task that comes back from a thread without having started', async () => {
        const verdicts: Verdict[] = []
        store.onVerdict((judged) => verdicts.push(...judged))
        await enqueue({}, {})
        const claims = await claim()
        await store.cancel(['o_1'])
        store.release(claims)
        expect(verdicts).toMatchObject([{ why: 'cancelled', claim: { seq: 1, attempt: 1 } }])
        expect(seqsOf(await claim())).toEqual([2])
      })
    })

    describe('retrying', () => {
      const state = async (id: string): Promise<string> => (await store.get(id))!.state

      test('gives a task that failed another run, its history kept and a new budget ahead', async () => {
        await enqueue({ type: 'thumbs', arm: 'builds', priority: 3, payload: '7' })
        const first = await claimOne('builds')
        await store.settle([failed(first, { to: 'scheduled', delayMs: 0 })])
        clock.turn(1)
        await store.settle([failed(await claimOne('builds'))])
        expect(await store.retry(['o_1'])).toEqual(['retried'])
        expect(await store.get('o_1')).toMatchObject({
          state: 'ready',
          failure: undefined,
          attempts: [
            { attempt: 1, state: 'scheduled', retried: false },
            { attempt: 2, state: 'failed', retried: true, failure: { message: 'no luck' } },
          ],
        })
        const again = await claimOne('builds')
        expect(again).toMatchObject({
          seq: 1,
          attempt: 3,
          attemptsBefore: 2,
          type: 'thumbs',
          priority: 3,
          checkpoint: undefined,
        })
        expect(payloadOf(again.envelope)).toBe('7')
        expect(await store.settle([failed(first), succeeded(again)])).toEqual(['stale', 'applied'])
        expect(await state('o_1')).toBe('succeeded')
        expect((await store.get('o_1'))!.attempts).toHaveLength(3)
      })

      test('counts from there on: attempts of the new run are repeated, and it may end and be retried too', async () => {
        await enqueue({})
        await store.settle([failed(await claimOne())])
        await store.retry(['o_1'])
        await store.settle([failed(await claimOne(), { to: 'scheduled', delayMs: 5 })])
        expect(await store.retry(['o_1'])).toEqual(['pending'])
        clock.turn(5)
        const third = await claimOne()
        expect(third).toMatchObject({ attempt: 3, attemptsBefore: 1 })
        await store.settle([failed(third)])
        await store.retry(['o_1'])
        expect(await claimOne()).toMatchObject({ attempt: 4, attemptsBefore: 3 })
      })

      test('starts without the checkpoint of the run before', async () => {
        await enqueue({})
        const first = await claimOne()
        await store.checkpoint(first.seq, 1, Uint8Array.of(1))
        await store.settle([failed(first)])
        await store.retry(['o_1'])
        expect((await claimOne()).checkpoint).toBeUndefined()
      })

      test('wakes its arm, and takes its place behind what waits', async () => {
        await enqueue({ id: 'mine' })
        await store.settle([failed(await claimOne())])
        await enqueue({})
        const woken: ArmId[] = []
        store.onWake((arm) => woken.push(arm))
        expect(await store.retry(['mine'])).toEqual(['retried'])
        expect(woken).toEqual(['batch'])
        expect(seqsOf(await claim())).toEqual([2, 1])
      })

      test('a task that was cancelled runs too, whether it had started or not', async () => {
        await enqueue({}, {})
        const [first] = await claim('batch', 1)
        await store.cancel(['o_1', 'o_2'])
        await store.settle([failed(first!, { to: 'cancelled' })])
        expect(await store.retry(['o_1', 'o_2'])).toEqual(['retried', 'retried'])
        expect(await claim()).toMatchObject([
          { seq: 1, attempt: 2, attemptsBefore: 1 },
          { seq: 2, attempt: 2, attemptsBefore: 1 },
        ])
      })

      test('says what is not to be retried', async () => {
        await enqueue({}, {}, { delayMs: 9 }, {}, {})
        const [first, , repeated] = await claim('batch', 3)
        await store.settle([succeeded(first!), failed(repeated!, { to: 'scheduled', delayMs: 20 })])
        expect(await store.retry(['o_1', 'o_2', 'o_3', 'o_4', 'o_5', 'o_6', 'nobody'])).toEqual([
          'succeeded',
          'pending',
          'pending',
          'pending',
          'pending',
          'unknown',
          'unknown',
        ])
        expect(await claim()).toMatchObject([{ seq: 5, attempt: 1 }])
      })

      test('happens once, however often it is asked for at one moment', async () => {
        await enqueue({})
        await store.settle([failed(await claimOne())])
        const asked = await Promise.all([store.retry(['o_1', 'o_1']), store.retry(['o_1'])])
        expect(asked).toEqual([['retried', 'retried'], ['pending']])
        expect(await claim()).toHaveLength(1)
      })

      test('does not expire: it had started in time once', async () => {
        await enqueue({ expiresAtMs: clock.wallMs() + 20 })
        await store.settle([failed(await claimOne())])
        await store.retry(['o_1'])
        clock.turn(30)
        expect(seqsOf(await claim())).toEqual([1])
      })

      test('is found by what it is now', async () => {
        await enqueue({}, {})
        await store.settle((await claim()).map((claimed) => failed(claimed)))
        await store.retry(['o_1'])
        const seqs = async (query: Parameters<TaskStore['inspect']>[0]): Promise<number[]> =>
          (await store.inspect(query)).tasks.map(({ seq }) => seq)
        expect(await seqs({ states: ['failed'] })).toEqual([2])
        expect(await seqs({ states: ['failed', 'succeeded'] })).toEqual([2])
        expect(await seqs({ states: ['ready'] })).toEqual([1])
        expect(await seqs({ ids: ['o_1', 'o_2'], states: ['failed'] })).toEqual([2])
        expect(await store.recall({ outcome: 'failed' })).toHaveLength(2)
      })
    })

    describe('looking', () => {
      test('one record by minted id and by the caller’s own', async () => {
        await enqueue({}, { id: 'mine', payload: '5' })
        expect(await store.get('mine')).toMatchObject({ id: 'mine', seq: 2, state: 'ready' })
        expect(await store.get('o_2')).toMatchObject({ id: 'mine' })
        expect(await store.get('o_3')).toBeUndefined()
        expect(await store.get('nobody')).toBeUndefined()
      })

      test('states are those of this moment', async () => {
        await enqueue({}, {}, { delayMs: 5 }, {})
        await store.settle([failed(await claimOne())])
        await claimOne()
        await store.cancel(['o_4'])
        const { tasks } = await store.inspect({})
        expect(tasks.map(({ state }) => state)).toEqual([
          'failed',
          'running',
          'scheduled',
          'cancelled',
        ])
        clock.turn(5)
        expect((await store.get('o_3'))!.state).toBe('ready')
      })

      test('pages are walked with what the last one gave', async () => {
        await enqueue(...Array.from({ length: 7 }, () => ({})))
        const seqs: number[][] = []
        for (let after: number | undefined = 0; after !== undefined;) {
          const page = await store.inspect({ limit: 3, after })
          seqs.push(page.tasks.map(({ seq }) => seq))
          after = page.next
        }
        expect(seqs.flat()).toEqual([1, 2, 3, 4, 5, 6, 7])
        expect(Math.max(...seqs.map(({ length }) => length))).toBe(3)
      })

      test('a page never holds more than a thousand', async () => {
        await enqueue(...Array.from({ length: 1_001 }, () => ({})))
        expect((await store.inspect({ limit: 5_000 })).tasks).toHaveLength(1_000)
        expect((await store.inspect({})).tasks).toHaveLength(100)
      })

      test('by arm, type, state and ids', async () => {
        await enqueue(
          { arm: 'batch', type: 'a' },
          { arm: 'builds', type: 'a' },
          { arm: 'builds', type: 'b', id: 'x' },
        )
        await store.settle([failed(await claimOne())])
        const [building] = await claim('builds', 1)
        await store.settle([succeeded(building!)])
        const seqs = async (query: Parameters<TaskStore['inspect']>[0]): Promise<number[]> =>
          (await store.inspect(query)).tasks.map(({ seq }) => seq)
        expect(await seqs({ arm: 'builds' })).toEqual([2, 3])
        expect(await seqs({ type: 'a' })).toEqual([1, 2])
        expect(await seqs({ type: 'never seen' })).toEqual([])
        expect(await seqs({ states: ['failed'] })).toEqual([1])
        expect(await seqs({ states: ['failed', 'cancelled'], type: 'b' })).toEqual([])
        expect(await seqs({ states: ['succeeded', 'failed'] })).toEqual([1, 2])
        expect(await seqs({ states: ['ready'] })).toEqual([3])
        expect(await seqs({ states: ['running'] })).toEqual([])
        expect(await seqs({ ids: ['x', 'o_1', 'nobody'] })).toEqual([1, 3])
        expect(await seqs({ ids: ['x', 'o_1'], states: ['ready'] })).toEqual([3])
        await claim('builds')
        expect(await seqs({ states: ['running', 'succeeded'] })).toEqual([2, 3])
      })

      test('by how an id begins, when it was accepted and why it failed', async () => {
        const createdAtMs = clock.wallMs()
        await enqueue(...['run/1', 'run/2', 'other'].map((id) => ({ id, createdAtMs })))
        const timeout = { reason: 'timeout', message: 'too long' } as const
        const outcome = { kind: 'failed', failure: timeout } as const
        await store.settle([{ ...failed(await claimOne()), outcome }])
        clock.turn(1_000)
        const late = { createdAtMs: clock.wallMs() }
        await enqueue(...Array.from({ length: 300 }, () => late), { ...late, id: 'run/3' })
        const seqs = async (query: Parameters<TaskStore['inspect']>[0]): Promise<number[]> =>
          (await store.inspect(query)).tasks.map(({ seq }) => seq)
        expect(await seqs({ idPrefix: 'run/' })).toEqual([1, 2, 304])
        expect(await seqs({ idPrefix: 'o_8e' })).toEqual([302])
        expect(await seqs({ createdUntilMs: createdAtMs })).toEqual([1, 2, 3])
        expect(await seqs({ createdSinceMs: late.createdAtMs, idPrefix: 'run' })).toEqual([304])
        expect(await seqs({ reason: 'timeout' })).toEqual([1])
        expect(await seqs({ reason: 'threw' })).toEqual([])
        expect(await seqs({ reason: 'timeout', states: ['ready'] })).toEqual([])
        const page = await store.inspect({ idPrefix: 'run/', limit: 2 })
        expect(await seqs({ idPrefix: 'run/', after: page.next! })).toEqual([304])
      })

      test('attempts are recalled newest first, and chosen by what they were', async () => {
        await enqueue({ type: 'a' }, { type: 'b', id: 'x' }, { type: 'a', arm: 'builds' })
        const [first, second] = await claim()
        const [third] = await claim('builds')
        const at = (settledAtMs: number): object => ({ times: { ...times, settledAtMs } })
        await store.settle([
          { ...failed(first!, { to: 'scheduled', delayMs: 1 }), ...at(10) },
          { ...succeeded(second!), ...at(20) },
        ])
        clock.turn(1)
        await store.settle([{ ...succeeded(third!), ...at(30) }])
        await store.settle([{ ...failed(await claimOne()), ...at(40) }])
        const when = async (query: Parameters<TaskStore['recall']>[0]): Promise<number[]> =>
          (await store.recall(query)).map(({ settledAtMs }) => settledAtMs)
        expect(await when({})).toEqual([40, 30, 20, 10])
        expect(await when({ task: 'o_1' })).toEqual([40, 10])
        expect(await when({ task: 'x' })).toEqual([20])
        expect(await when({ task: 'nobody' })).toEqual([])
        expect(await when({ arm: 'builds' })).toEqual([30])
        expect(await when({ type: 'a', outcome: 'failed' })).toEqual([40, 10])
        expect(await when({ outcome: 'succeeded' })).toEqual([30, 20])
        expect(await when({ sinceMs: 20, untilMs: 30 })).toEqual([30, 20])
        expect(await when({ limit: 3 })).toEqual([40, 30, 20])
        expect(await when({ task: 'o_1', limit: 1 })).toEqual([40])
        const [trace] = await store.recall({ task: 'x' })
        expect(trace).toEqual({
          source: 'engine',
          task: 'x',
          seq: 2,
          type: 'b',
          arm: 'batch',
          attempt: 1,
          outcome: 'succeeded',
          state: 'succeeded',
          failure: undefined,
          ...times,
          settledAtMs: 20,
        })
      })

      test('depth counts what is where', async () => {
        await enqueue({}, {}, { arm: 'secrets', delayMs: 50 })
        await claimOne()
        expect(store.depth()).toMatchObject({
          ready: { batch: 1, secrets: 0 },
          running: { batch: 1 },
          scheduled: { batch: 0, secrets: 1 },
          unserved: 0,
          nextDueMs: clock.monotonicMs() + 50,
        })
        expect(store.headPriority('batch')).toBe(0)
        expect(store.headPriority('secrets')).toBe(-1)
      })

      test('remembers what hosts and handlers tell it', async () => {
        await store.remember([{ atMs: 1, source: 'halo', body: Uint8Array.of(1) }])
      })
    })
  })
}
