import { expect, test } from 'vitest'

import { EmbeddedStore } from '../../../src/main/store/embedded.ts'
import { MemoryJournal } from '../../../src/main/store/memory.ts'
import { describeDependencies } from '../../contract/dependencies.ts'
import { describeSplits } from '../../contract/splits.ts'
import { describeStore } from '../../contract/store.ts'
import { TestClock } from '../../rig/clock.ts'
import { everything, failed, newTask, succeeded } from '../../rig/store.ts'

for (const describeIt of [describeStore, describeDependencies, describeSplits])
  describeIt('EmbeddedStore over memory', (clock) => {
    return new EmbeddedStore({ journal: new MemoryJournal(), clock, serves: everything })
  })

test('only the newest settled tasks are remembered, and a forgotten id is free again', async () => {
  const journal = new MemoryJournal({ settledMax: 2 })
  const store = new EmbeddedStore({ journal, clock: new TestClock(), serves: everything })
  await store.open()
  await store.enqueue([newTask({ id: 'a' }), newTask(), newTask(), newTask()])
  const claims = await store.claim('batch', 3, everything)
  await store.settle(claims.map((claim) => succeeded(claim)))
  expect(await store.get('a')).toBeUndefined()
  expect((await store.inspect({})).tasks.map(({ seq }) => seq)).toEqual([2, 3, 4])
  expect(await store.enqueue([newTask({ id: 'a', payload: 'other' })])).toEqual([
    { kind: 'created', seq: 5 },
  ])
})

test('what was retried is not forgotten for having ended once', async () => {
  const journal = new MemoryJournal({ settledMax: 2 })
  const store = new EmbeddedStore({ journal, clock: new TestClock(), serves: everything })
  await store.open()
  await store.enqueue([newTask(), newTask(), newTask(), newTask()])
  const [first, ...others] = await store.claim('batch', 4, everything)
  await store.settle([failed(first!)])
  expect(await store.retry(['o_1'])).toEqual(['retried'])
  await store.settle(others.map((claim) => failed(claim)))
  expect(await store.retry(['o_2', 'o_3'])).toEqual(['dropped', 'retried'])
  expect((await store.claim('batch', 9, everything)).map(({ seq }) => seq)).toEqual([1, 3])
})
