import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OctopusError } from '../../src/protocol/errors.ts'
import { fromPayloadBytes, JSON_DEPTH_MAX, toPayloadBytes } from '../../src/protocol/json.ts'

const MIB = 1024 * 1024

class Point {
  readonly x = 1
}

describe('a payload', () => {
  test('of JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const back = fromPayloadBytes(toPayloadBytes(value, MIB, 'payload'))
        // JSON itself has one zero.
        expect(back).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('that is absent is null', () => {
    expect(fromPayloadBytes(toPayloadBytes(undefined, 0, 'payload'))).toBeNull()
    expect(toPayloadBytes(null, 0, 'payload').bytes.byteLength).toBe(0)
  })

  test('leaves out properties that are undefined', () => {
    const bytes = toPayloadBytes({ a: 1, b: undefined, c: { d: undefined } }, MIB, 'payload')
    expect(fromPayloadBytes(bytes)).toEqual({ a: 1, c: {} })
  })

  test('may be an object without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    expect(fromPayloadBytes(toPayloadBytes(bare, MIB, 'payload'))).toEqual({ a: 1 })
  })

  test('of bytes is an exact copy that shares nothing with its neighbours', () => {
    const pool = new Uint8Array([9, 9, 1, 2, 3, 9, 9])
    const window = pool.subarray(2, 5)
    const { bytes, binary } = toPayloadBytes(window, MIB, 'payload')
    pool.fill(0)
    expect({ bytes: [...bytes], binary, whole: bytes.buffer.byteLength }).toEqual({
      bytes: [1, 2, 3],
      binary: true,
      whole: 3,
    })
  })

  test('of bytes comes back as bytes, a Buffer too, and none as none', () => {
    const back = fromPayloadBytes(toPayloadBytes(Buffer.from('abc'), MIB, 'payload'))
    expect(back).toBeInstanceOf(Uint8Array)
    expect(Buffer.from(back as Uint8Array).toString()).toBe('abc')
    expect(fromPayloadBytes(toPayloadBytes(new Uint8Array(0), 0, 'payload'))).toHaveLength(0)
  })
})

describe('what JSON cannot hold is refused with its path', () => {
  test.each<[string, unknown, string]>([
    ['a bigint', { n: 1n }, 'payload.n is a bigint'],
    ['a function', { list: [1, () => 1] }, 'payload.list[1] is a function'],
    ['a symbol', Symbol('s'), 'payload is a symbol'],
    ['a Date', { at: { of: new Date(0) } }, 'payload.at.of is a Date'],
    ['a Map', [new Map()], 'payload[0] is a Map'],
    ['an instance of a class', { p: new Point() }, 'payload.p is a Point'],
    ['NaN', [[Number.NaN]], 'payload[0][0] is NaN'],
    ['an infinite number', { n: -Infinity }, 'payload.n is -Infinity'],
    ['bytes inside an object', { b: new Uint8Array(1) }, 'payload.b is a Uint8Array'],
    ['an undefined item', [1, undefined], 'payload[1] is a undefined'],
    ['a hole', Array.from({ length: 2 }), 'payload[0] is a undefined'],
  ])('%s', (_, value, sentence) => {
    expect(refusal(value)).toMatchObject({
      code: 'E_NOT_JSON',
      message: `${sentence}, which JSON cannot hold`,
    })
  })

  test('a cycle, and a value nested deeper than others can parse', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    expect(refusal(cycle)?.message).toMatch(/^payload(\.self)+ is nested deeper than 200 levels/)
    expect(refusal(nested(JSON_DEPTH_MAX))).toBeUndefined()
    expect(refusal(nested(JSON_DEPTH_MAX + 1))?.code).toBe('E_NOT_JSON')
  })

  test('under the name it is asked by', () => {
    expect(refusal(1n, MIB, 'result')?.message).toMatch(/^result is a bigint/)
  })
})

describe('size', () => {
  test.each<[string, unknown, number]>([
    ['bytes', new Uint8Array(11), 11],
    ['text in UTF-8, not in characters', 'ééé', 8],
  ])(
    'of %s: as much as is allowed passes, one byte more is refused with both numbers',
    (_, value, size) => {
      expect(refusal(value, size)).toBeUndefined()
      expect(refusal(value, size - 1)).toMatchObject({
        code: 'E_TOO_LARGE',
        message: `the payload has ${size} bytes, the limit is ${size - 1}`,
      })
    },
  )
})

test('damaged bytes are not taken for a value', () => {
  expect(() => fromPayloadBytes({ bytes: new Uint8Array([0xff]), binary: false })).toThrow(
    TypeError,
  )
  expect(() => fromPayloadBytes({ bytes: Buffer.from('{'), binary: false })).toThrow(SyntaxError)
})

function refusal(value: unknown, bytesMax = MIB, what = 'payload'): OctopusError | undefined {
  try {
    toPayloadBytes(value, bytesMax, what)
    return undefined
  } catch (error) {
    if (error instanceof OctopusError) return error
    throw error
  }
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}
