import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeqMap } from '../../src/main/seq-map.ts'

type Step = { readonly take: boolean; readonly seq: number }

// Few seqs, so that they meet; neighbours, distant ones, and ones beyond 32 bits.
const anySeq = fc.oneof(
  fc.integer({ min: 1, max: 400 }),
  fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 + 3 }),
  fc.integer({ min: 1, max: 40 }).map((step) => step * 2 ** 20),
)
const steps = fc.array(fc.record({ take: fc.boolean(), seq: anySeq }), { maxLength: 1_500 })

test('a SeqMap holds what a Map holds, whatever comes and goes', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const ours = new SeqMap<number>()
      const plain = new Map<number, number>()
      for (const [at, step] of all.entries()) apply(ours, plain, step, at)
      expect([...ours.keys()].sort((a, b) => a - b)).toEqual(
        [...plain.keys()].sort((a, b) => a - b),
      )
      for (const [key, value] of plain) expect(ours.get(key)).toBe(value)
      expect(ours.size).toBe(plain.size)
    }),
  )
})

function apply(
  ours: SeqMap<number>,
  plain: Map<number, number>,
  { take, seq }: Step,
  value: number,
): void {
  expect(ours.get(seq)).toBe(plain.get(seq))
  expect(ours.has(seq)).toBe(plain.has(seq))
  if (take) {
    expect(ours.take(seq)).toBe(plain.get(seq))
    plain.delete(seq)
  } else {
    ours.set(seq, value)
    plain.set(seq, value)
  }
}

test('a SeqMap that was large and is empty again holds new tasks', () => {
  const map = new SeqMap<string>()
  for (let seq = 1; seq <= 100_000; seq++) map.set(seq, 'here')
  for (let seq = 1; seq <= 100_000; seq++) expect(map.take(seq)).toBe('here')
  map.set(7, 'again')
  expect([...map.values()]).toEqual(['again'])
})
