import { expect, test } from 'vitest'

import { EmbeddedStore } from '../../../src/main/store/embedded.ts'
import { MemoryJournal } from '../../../src/main/store/memory.ts'
import { describeStore } from '../../contract/store.ts'
import { TestClock } from '../../rig/clock.ts'
import { everything, newTask, succeeded } from '../../rig/store.ts'

describeStore('EmbeddedStore over memory', (clock) => {
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
