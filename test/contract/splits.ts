import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { decodePartResults } from '../../src/protocol/part-results.ts'
import { mintId } from '../../src/protocol/task.ts'
import type { Clock } from '../../src/protocol/clock.ts'
import type { Claim, Settlement, TaskStore, Verdict } from '../../src/main/store/store.ts'
import { TestClock } from '../rig/clock.ts'
import { everything, failed, newTask, succeeded, type TaskSketch } from '../rig/store.ts'

/** What every store promises of tasks that end an attempt in parts. */
export function describeSplits(name: string, make: (clock: Clock) => TaskStore): void {
  describe(`${name}: tasks that split`, () => {
    let store: TaskStore
    let verdicts: Verdict[]
    let stopped: number[]
    let progress: string[]

    beforeEach(async () => {
      store = make(new TestClock())
      verdicts = []
      stopped = []
      progress = []
      store.onVerdict((judged) => verdicts.push(...judged))
      store.onParts({
        stop: (seqs) => stopped.push(...seqs),
        progressed: ({ whole, done, total }) => progress.push(`${whole}: ${done} of ${total}`),
      })
      await store.open()
    })

    afterEach(() => store.close())

    const claim = (max = 100): Promise<Claim[]> => store.claim('batch', max, everything)
    const state = async (seq: number): Promise<string | undefined> =>
      (await store.get(mintId(seq)))?.state
    const texts = ({ parts }: Claim): string[] | undefined =>
      parts && decodePartResults(parts)?.map(({ bytes }) => Buffer.from(bytes).toString())

    function splitting(claimed: Claim, ...parts: TaskSketch[]): Settlement {
      return {
        ...succeeded(claimed),
        move: { to: 'blocked' },
        enqueues: [],
        parts: parts.map(newTask),
      }
    }

    /** Enqueues one task, splits it, and claims its parts. */
    async function splitInto(...parts: TaskSketch[]): Promise<Claim[]> {
      await store.enqueue([newTask()])
      const [whole] = await claim()
      expect(await store.settle([splitting(whole!, ...parts)])).toEqual(['applied'])
      return claim()
    }

    /** Settles what the store judged, as the engine does; returns what it was. */
    async function settleVerdicts(): Promise<string[]> {
      while (store.judging) await new Promise((resolve) => setImmediate(resolve))
      const judged = verdicts.splice(0)
      await store.settle(
        judged.map(({ claim: of, why }) =>
          failed(of, { to: why === 'part-failed' ? 'failed' : 'cancelled' }),
        ),
      )
      return judged.map((verdict) =>
        'root' in verdict
          ? `${verdict.claim.seq} ${verdict.why} ${verdict.root}`
          : `${verdict.claim.seq} ${verdict.why}`,
      )
    }

    test('wait for their parts, and get their results in order', async () => {
      const [first, second] = await splitInto({}, {})
      expect(await state(1)).toBe('blocked')
      expect(store.depth().blocked.batch).toBe(1)
      await store.settle([succeeded(second!, '"b"')])
      expect(await claim()).toEqual([])
      await store.settle([succeeded(first!, '"a"')])
      expect(progress).toEqual(['1: 1 of 2', '1: 2 of 2'])
      const [again] = await claim()
      expect(again).toMatchObject({ seq: 1, attempt: 2, attemptsBefore: 1 })
      expect(texts(again!)).toEqual(['"a"', '"b"'])
      await store.settle([succeeded(again!)])
      expect(await store.get(mintId(1))).toMatchObject({
        state: 'succeeded',
        attempts: [{ state: 'blocked' }, { state: 'succeeded' }],
      })
    })

    test('keep the results over a failed attempt and a hand-back', async () => {
      const [part] = await splitInto({})
      await store.settle([succeeded(part!, '1')])
      const [again] = await claim()
      store.release([again!])
      const [back] = await claim()
      await store.settle([failed(back!, { to: 'scheduled', delayMs: 0 })])
      const [third] = await claim()
      expect(third).toMatchObject({ attempt: 3, attemptsBefore: 1 })
      expect(texts(third!)).toEqual(['1'])
    })

    test('that split again have the last parts only', async () => {
      const [part] = await splitInto({})
      await store.settle([succeeded(part!, '1')])
      const [again] = await claim()
      await store.settle([splitting(again!, {}, {})])
      await store.settle((await claim()).map((one) => succeeded(one, '2')))
      const [third] = await claim()
      expect(third).toMatchObject({ attempt: 3, attemptsBefore: 2 })
      expect(texts(third!)).toEqual(['2', '2'])
    })

    test('fail with the first part that does, and the others end with them', async () => {
      const [first, second] = await splitInto({}, {}, { delayMs: 1_000 })
      await store.settle([failed(second!)])
      expect(await settleVerdicts()).toEqual([`1 part-failed ${mintId(3)}`])
      expect(stopped).toEqual([first!.seq])
      expect(await settleVerdicts()).toEqual(['4 cancelled'])
      expect(await state(1)).toBe('failed')
      expect(await state(4)).toBe('cancelled')
      await store.settle([failed(first!, { to: 'cancelled' })])
      expect(store.depth().running.batch).toBe(0)
      expect(store.waitingCount).toBe(0)
    })

    test('take their parts with them when they are cancelled, and the parts of those', async () => {
      const [part] = await splitInto({}, { delayMs: 1_000 })
      await store.settle([splitting(part!, {}, {})])
      const [deep] = await claim(1)
      expect(await store.cancel([mintId(1)])).toEqual(['removed'])
      expect(stopped).toEqual([deep!.seq])
      expect((await settleVerdicts()).sort()).toEqual(['2 cancelled', '3 cancelled', '5 cancelled'])
      expect(verdicts).toEqual([])
    })

    test('that were cancelled while they ran end with their parts', async () => {
      await store.enqueue([newTask()])
      const [whole] = await claim()
      expect(await store.cancel([mintId(1)])).toEqual(['running'])
      await store.settle([splitting(whole!, {})])
      expect(await settleVerdicts()).toEqual(['1 cancelled'])
      expect(await settleVerdicts()).toEqual(['2 cancelled'])
    })

    test('run from the beginning when they are retried', async () => {
      const [part] = await splitInto({})
      await store.settle([failed(part!)])
      await settleVerdicts()
      expect(await store.retry([mintId(1)])).toEqual(['retried'])
      const [again] = await claim()
      expect(again).toMatchObject({ seq: 1, attempt: 3, attemptsBefore: 2, parts: undefined })
    })

    test('are not split when one of the tasks they enqueued cannot be', async () => {
      await store.enqueue([newTask(), newTask({ id: 'a', arm: 'builds' })])
      const [whole] = await claim()
      const settlement = splitting(whole!, {})
      const enqueues = [newTask({ id: 'a', payload: '7' })]
      expect(await store.settle([{ ...settlement, enqueues }])).toEqual([{ conflict: 'a' }])
      const unknown = [newTask({ after: ['nobody'] })]
      expect(await store.settle([{ ...settlement, enqueues: unknown }])).toEqual([
        { unknownParent: 'nobody' },
      ])
      expect(await claim()).toEqual([])
      expect(await state(1)).toBe('running')
    })
  })
}
