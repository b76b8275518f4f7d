import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration } from '../../src/protocol/duration.ts'

test.each([
  [0, 0],
  [12.5, 12.5],
  ['250ms', 250],
  ['5s', 5_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['3 s', 3_000],
  ['0s', 0],
])('%s is %i ms', (written, ms) => {
  expect(parseDuration(written, 'delay')).toBe(ms)
})

test.each([
  '',
  '5',
  's',
  '-1s',
  '1e3ms',
  '5S',
  '5 sec',
  ' 5s',
  '5s ',
  '1.s',
  '.5s',
  '1,5s',
  '5s\n',
  '5constructor',
  -1,
  Infinity,
  Number.NaN,
])('%j is refused by its name', (written) => {
  expect(() => parseDuration(written, 'delay')).toThrow(
    expect.objectContaining({ code: 'E_DURATION', message: `delay: '${written}' is no duration` }),
  )
})

test('any whole number of a unit is that many times the unit', () => {
  const units = fc.constantFrom<[string, number]>(['ms', 1], ['s', 1e3], ['m', 6e4], ['h', 36e5])
  fc.assert(
    fc.property(fc.nat(), units, (count, [unit, ms]) => {
      expect(parseDuration(`${count}${unit}`, 'delay')).toBe(count * ms)
    }),
  )
})
