import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ARM_IDS,
  byArm,
  callerId,
  isArmId,
  isFinal,
  mintedSeq,
  mintId,
  TASK_STATES,
} from '../../src/protocol/task.ts'

const seqs = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })

test('a minted id leads back to its seq', () => {
  fc.assert(fc.property(seqs, (seq) => mintedSeq(mintId(seq)) === seq))
})

test('a minted id is no caller’s id', () => {
  fc.assert(fc.property(seqs, (seq) => callerId(mintId(seq)) === undefined))
})

test.each(['a', 'thumbs:a.jpg', 'o_', 'o_A', 'o-1', 'o_123456789012', ' ', 'ü', 'x'.repeat(512)])(
  '%j may be a caller’s id',
  (id) => {
    expect(callerId(id)).toBe(id)
  },
)

test.each(['', 'o_1', 'o_zz', 'x'.repeat(513)])('%j may not', (id) => {
  expect(callerId(id)).toBeUndefined()
})

test('eight arms, each named once, and a value for each', () => {
  expect(new Set(ARM_IDS).size).toBe(8)
  expect(Object.keys(byArm(() => 0))).toEqual([...ARM_IDS])
  expect(ARM_IDS.every(isArmId)).toBe(true)
  expect(['Batch', 'toString', undefined].some(isArmId)).toBe(false)
})

test('three states are final', () => {
  expect(TASK_STATES.filter(isFinal)).toEqual(['succeeded', 'failed', 'cancelled'])
})
