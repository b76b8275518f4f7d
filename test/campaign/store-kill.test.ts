import { expect, test } from 'vitest'

import { mintId } from '../../src/protocol/task.ts'
import { killAfter, seqsAfter } from '../rig/doomed-store.ts'
import { StoreFolder } from '../rig/sqlite-store.ts'

// One store through many owners, each killed at another moment. What was acknowledged is never missed again, over all of
// their lives together.

const stores = new StoreFolder()
const LIVES = 200

test(`no acknowledged task or settle is lost over ${LIVES} deaths of one store`, async () => {
  const accepted = new Set<number>()
  const settled = new Set<number>()
  let lines = 1
  for (let life = 0; life < LIVES; life++) {
    lines = (lines * 16_807) % 2_147_483_647
    const said = await killAfter(1 + (lines % 400), stores.file())
    for (const seq of seqsAfter('a', said)) {
      expect(accepted.has(seq), `seq ${seq} given twice`).toBe(false)
      accepted.add(seq)
    }
    for (const seq of seqsAfter('s', said)) {
      expect(settled.has(seq), `seq ${seq} settled twice`).toBe(false)
      settled.add(seq)
    }
  }
  const store = await stores.open()
  for (const seq of accepted) {
    const record = await store.get(mintId(seq))
    if (settled.has(seq)) expect(record?.state, `task ${seq}`).toBe('succeeded')
    else expect(record, `task ${seq}`).toBeDefined()
  }
})
