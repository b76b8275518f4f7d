import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAnswer,
  decodeHello,
  decodeRequest,
  encodeAnswer,
  encodeHello,
  encodeRequest,
  type Answer,
  type Request,
} from '../../src/protocol/control-frame.ts'
import { framed, FrameError, FrameSplitter } from '../../src/protocol/frame-splitter.ts'

const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 })

describe('frames', () => {
  test('come out whole and in order, wherever the bytes were cut', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(3_000), { maxLength: 20 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map((message) => framed(message)))
        expect(split(bytes, cuts)).toEqual(sent.map((message) => [...message]))
      }),
    )
  })

  test('come out whole when cut at every single byte', () => {
    const sent = [Uint8Array.of(1, 2, 3), new Uint8Array(260).fill(7), Uint8Array.of(9)]
    const bytes = Buffer.concat(sent.map((message) => framed(message)))
    const everywhere = [...bytes.keys()]
    const whole = sent.map((message) => [...message])
    expect(split(bytes, everywhere)).toEqual(whole)
    for (const cut of everywhere) expect(split(bytes, [cut])).toEqual(whole)
  })

  test('that are too large or empty are refused by their length alone', () => {
    for (const length of [0, 101, 0xff_ff_ff_ff]) {
      const head = new Uint8Array(4)
      new DataView(head.buffer).setUint32(0, length)
      expect(() => [...new FrameSplitter(100).push(head)]).toThrow(FrameError)
    }
    expect([...new FrameSplitter(100).push(framed(new Uint8Array(100)))]).toHaveLength(1)
  })
})

const payload = fc.record({ bytes: fc.uint8Array({ maxLength: 50 }), binary: fc.boolean() })
const text = fc.string({ maxLength: 20, unit: 'grapheme' })
const ref = fc.record({
  seq: fc.nat(),
  id: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined }),
  sinceSettled: fc.integer(),
})
const call = fc.nat(2 ** 32 - 1)
const failure = fc.record(
  { reason: fc.constant('threw' as const), message: text, name: fc.constant('TypeError') },
  { requiredKeys: ['reason', 'message'] },
)
const known = fc.option(fc.string({ minLength: 1, maxLength: 9 }), { nil: undefined })
const fault = fc.record({
  code: text,
  hint: known,
  task: known,
  arm: known,
  error: failure,
  at: fc.nat(),
})

const requests: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    call,
    kind: fc.constant('enqueue' as const),
    tasks: fc.array(fc.record({ type: text, payload, options: text })),
    together: fc.boolean(),
  }),
  fc.record({ call, kind: fc.constantFrom('end' as const, 'progress' as const), task: ref }),
  fc.record({ call, kind: fc.constant('watch' as const), kinds: fc.array(text) }),
  fc.record({ call, kind: fc.constant('stop' as const) }),
  fc.record({ call, kind: fc.constant('ask' as const), question: text, args: text }),
)

const answers: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    call,
    kind: fc.constant('accepted' as const),
    settledCount: fc.nat(),
    tasks: fc.array(
      fc.oneof(
        fc.record({ seq: fc.nat(), created: fc.boolean(), fault: fc.constant(undefined) }),
        fc.record({ fault }),
      ),
    ),
  }),
  fc.record({ call, kind: fc.constant('succeeded' as const), result: payload }),
  fc.record({
    call,
    kind: fc.constant('failed' as const),
    state: fc.constantFrom('failed' as const, 'cancelled' as const),
    failure,
  }),
  fc.record({ call, kind: fc.constant('json' as const), json: text }),
  fc.record({ call, kind: fc.constant('fault' as const), fault }),
)

describe('messages of the socket', () => {
  test('are the same on the other side', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(plain(decodeRequest(encodeRequest(request)))).toEqual(plain(request))
      }),
    )
    fc.assert(
      fc.property(answers, (answer) => {
        expect(plain(decodeAnswer(encodeAnswer(answer)))).toEqual(plain(answer))
      }),
    )
  })

  test('of somebody else are none, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeHello(bytes)).toBeUndefined()
        decodeRequest(bytes)
        decodeAnswer(bytes)
      }),
    )
    const hello = { protocol: 7, engine: '1.2.3', pid: 5, store: '1:2', payloadBytesMax: 1 }
    expect(decodeHello(encodeHello(hello))).toEqual(hello)
  })
})

/** Bytes as numbers, whichever array holds them; what is undefined is absent. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, field: unknown) => {
      const buffer = field as { type?: unknown; data?: unknown } | null
      if (buffer?.type === 'Buffer') return buffer.data
      return field instanceof Uint8Array ? [...field] : field
    }),
  )
}

function split(bytes: Uint8Array, cuts: readonly number[]): number[][] {
  const splitter = new FrameSplitter(1_000)
  const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length]
  const sorted = edges.toSorted((a, b) => a - b)
  return sorted.flatMap((edge, at) =>
    [...splitter.push(bytes.subarray(sorted[at - 1] ?? 0, edge))].map((frame) => [...frame]),
  )
}
