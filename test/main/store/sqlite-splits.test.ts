import { describe, expect, test } from 'vitest'
import type { Claim, TaskStore } from '../../../src/main/store/store.ts'
import { decodePartResults } from '../../../src/protocol/part-results.ts'
import { StoreFolder } from '../../rig/sqlite-store.ts'
import { everything, failed, newTask, succeeded } from '../../rig/store.ts'

const stores = new StoreFolder()

function claim(store: TaskStore): Promise<Claim[]> {
  return store.claim('batch', 100, everything)
}

/** A store in which task 1 has split into 2 and 3; returns the claims of these. */
async function splitStore(): Promise<{ store: TaskStore; parts: Claim[] }> {
  const store = await stores.open()
  await store.enqueue([newTask()])
  const [whole] = await claim(store)
  const parts = [newTask(), newTask()]
  await store.settle([{ ...succeeded(whole!), move: { to: 'blocked' }, enqueues: [], parts }])
  return { store, parts: await claim(store) }
}

describe('a store that is opened again', () => {
  test('still has a whole wait for the parts that have not ended, and its results kept', async () => {
    const { store, parts } = await splitStore()
    await store.settle([succeeded(parts[1]!, '"two"')])
    await store.close()
    const again = await stores.open()
    const [part, ...others] = await claim(again)
    expect([part, ...others]).toMatchObject([{ seq: 2 }])
    expect(await again.get('o_1')).toMatchObject({ state: 'blocked' })
    await again.settle([succeeded(part!, '"one"')])
    const [whole] = await claim(again)
    expect(whole).toMatchObject({ seq: 1, attempt: 2, attemptsBefore: 1 })
    const results = decodePartResults(whole!.parts!)?.map(({ bytes }) => Buffer.from(bytes))
    expect(results?.map(String)).toEqual(['"one"', '"two"'])
  })

  test('fails a whole whose part had failed before anybody could', async () => {
    const { store, parts } = await splitStore()
    await store.settle([failed(parts[0]!)])
    await store.close()
    const again = await stores.open()
    expect(again.opened.verdicts).toMatchObject([
      { claim: { seq: 1, attempt: 2 }, why: 'part-failed', root: 'o_2' },
    ])
  })

  test('ends the parts of a whole that was cancelled', async () => {
    const { store } = await splitStore()
    expect(await store.cancel(['o_1'])).toEqual(['removed'])
    await store.close()
    const again = await stores.open()
    expect(again.opened.verdicts).toMatchObject([
      { claim: { seq: 2 }, why: 'cancelled' },
      { claim: { seq: 3 }, why: 'cancelled' },
    ])
    expect(await claim(again)).toEqual([])
  })
})
