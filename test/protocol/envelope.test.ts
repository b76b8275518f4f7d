import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeBatch,
  decodeLogs,
  decodeOutcome,
  decodeReports,
  decodeStoredTask,
  encodeLogs,
  encodeOutcome,
  encodeReport,
  encodeStoredTask,
} from '../../src/protocol/envelope.ts'
import { encodeBatch } from '../../src/protocol/assignment.ts'
import { successSize, writeSuccess, type Report } from '../../src/protocol/report.ts'
import { decodePlainTask, encodePlainTask, ownTimeoutMs } from '../../src/protocol/stored-task.ts'
import type { LogLine } from '../../src/protocol/host.ts'
import { FAILURE_REASONS, type Failure, type Outcome } from '../../src/protocol/outcome.ts'
import type { Backoff, PayloadBytes, StoredTask } from '../../src/protocol/task.ts'

// Half surrogates have no UTF-8 form; everything else does.
const text = fc.string({ unit: 'binary' })
const words = fc.string({ unit: 'binary', minLength: 1 })
const bytes = fc.uint8Array({ maxLength: 300 })
const someBytes = fc.uint8Array({ minLength: 1, maxLength: 40 })
/** More than nothing: an absent limit and one of nothing are the same on the wire. */
const someMs = fc.double({ min: 0.001, max: 1e15, noNaN: true })
const anyMs = fc.double({ min: 0, max: 1e15, noNaN: true })

const payload: fc.Arbitrary<PayloadBytes> = fc.record({ bytes, binary: fc.boolean() })
const backoff: fc.Arbitrary<Backoff> = fc.record({
  kind: fc.constantFrom('exponential', 'fixed'),
  minMs: anyMs,
  maxMs: anyMs,
  jitter: fc.boolean(),
})
const stored: fc.Arbitrary<StoredTask> = fc.record(
  {
    type: words,
    payload,
    createdAtMs: anyMs,
    id: words,
    attemptsMax: fc.integer({ min: 1, max: 1_000 }),
    backoff,
    timeoutMs: someMs,
    expiresAtMs: someMs,
    dependsOn: fc.array(words, { minLength: 1, maxLength: 4 }),
    uniqueKey: words,
    concurrencyKey: words,
    cronOrigin: words,
    traceparent: words,
    payloadHash: someBytes,
  },
  { requiredKeys: ['type', 'payload', 'createdAtMs'] },
)
const logs: fc.Arbitrary<LogLine[]> = fc.array(
  fc.record({ atMs: anyMs, level: fc.constantFrom('debug', 'info', 'warn', 'error'), text }),
  { maxLength: 4 },
)
const { failure } = fc.letrec<{ failure: Failure }>((tie) => ({
  failure: fc.record(
    {
      reason: fc.constantFrom(...FAILURE_REASONS),
      message: text,
      name: words,
      code: words,
      stack: words,
      cause: fc.oneof({ maxDepth: 4 }, tie('failure')),
      final: fc.constant(true as const),
      retryAfterMs: someMs,
    },
    { requiredKeys: ['reason', 'message'] },
  ),
}))
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: fc.constant('succeeded' as const), result: payload }),
  fc.record({ kind: fc.constant('failed' as const), failure }),
)
const report: fc.Arbitrary<Report> = fc.record({
  index: fc.integer({ min: 0, max: 511 }),
  startedAtMs: anyMs,
  runMs: anyMs,
  outcome: fc.option(outcome, { nil: undefined }),
  logs,
  late: fc.boolean(),
  leftovers: fc.array(words, { maxLength: 3 }),
})

/** Bytes as plain ones: the wire may answer with Buffers, which are Uint8Arrays too. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

describe('a stored task', () => {
  test('comes back with every field it had and none it had not', () => {
    fc.assert(
      fc.property(stored, (task) => {
        expect(plain(decodeStoredTask(encodeStoredTask(task)))).toEqual(plain(task))
      }),
    )
  })

  test('without options is the same whichever way it was written', () => {
    fc.assert(
      fc.property(words, payload, anyMs, (type, own, createdAtMs) => {
        const short = encodePlainTask(type, own, createdAtMs)
        const whole = encodeStoredTask({ type, payload: own, createdAtMs })
        expect(plain(decodeStoredTask(short))).toEqual(plain(decodeStoredTask(whole)))
      }),
    )
  })

  test('is read by the short way exactly when it has nothing but an id', () => {
    fc.assert(
      fc.property(stored, (task) => {
        const { type, payload: own, createdAtMs, ...more } = task
        const short = decodePlainTask(encodeStoredTask(task))
        expect(short === undefined).toBe(Object.keys(more).some((key) => key !== 'id'))
        if (short !== undefined) expect(plain(short)).toEqual(plain(task))
        expect(plain(decodePlainTask(encodePlainTask(type, own, createdAtMs)))).toEqual(
          plain({ type, payload: own, createdAtMs }),
        )
      }),
    )
  })

  test('tells its own time limit without being decoded', () => {
    fc.assert(
      fc.property(stored, (task) => {
        expect(ownTimeoutMs(encodeStoredTask(task))).toBe(task.timeoutMs)
      }),
    )
  })

  test('that nobody limited has no time limit of its own', () => {
    const none = { bytes: new Uint8Array(0), binary: false }
    expect(ownTimeoutMs(encodePlainTask('noop', none, 1))).toBeUndefined()
    expect(ownTimeoutMs(new Uint8Array(0))).toBeUndefined()
  })
})

describe('a batch', () => {
  const assignment = fc.record({
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    attempt: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    attemptsBefore: fc.nat(2_000),
    task: stored,
    checkpoint: fc.option(someBytes, { nil: undefined }),
    parents: fc.option(someBytes, { nil: undefined }),
    parts: fc.option(someBytes, { nil: undefined }),
  })

  test('comes back in its order, each with its stored bytes and checkpoint', () => {
    fc.assert(
      fc.property(fc.array(assignment, { maxLength: 12 }), (assignments) => {
        const encoded = encodeBatch(
          assignments.map(({ task, ...rest }) => ({ ...rest, envelope: encodeStoredTask(task) })),
        )
        expect(plain(decodeBatch(encoded))).toEqual(plain(assignments))
      }),
    )
  })

  test('is a buffer of its exact size, so that it can be transferred', () => {
    fc.assert(
      fc.property(fc.array(assignment, { minLength: 1, maxLength: 4 }), (assignments) => {
        const encoded = encodeBatch(
          assignments.map(({ task, ...rest }) => ({ ...rest, envelope: encodeStoredTask(task) })),
        )
        expect(encoded.byteOffset).toBe(0)
        expect(encoded.buffer.byteLength).toBe(encoded.byteLength)
      }),
      { numRuns: 20 },
    )
  })
})

describe('reports', () => {
  test('put one after the other come back one by one', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 8 }), (reports) => {
        const joined = Buffer.concat(reports.map(encodeReport))
        expect(plain(decodeReports(joined))).toEqual(plain(reports))
      }),
    )
  })

  test.each<[string, Partial<Report>]>([
    ['of success with nothing to tell', { outcome: succeeded() }],
    ['of success with a result of bytes', { outcome: succeeded([1, 2, 3], true) }],
    ['of success with zero bytes', { outcome: succeeded([], true) }],
    ['of log lines before the end', { logs: [{ atMs: 7, level: 'warn', text: 'half way' }] }],
    ['of a late failure', { late: true, outcome: { kind: 'failed', failure: lateFailure() } }],
    ['of a success that left something behind', { outcome: succeeded(), leftovers: ['Timeout'] }],
    ['of the first task at the first moment', { index: 0, startedAtMs: 0, runMs: 0 }],
  ])('%s stay what they are between two others', (_, part) => {
    const bare: Report = { ...empty(), outcome: succeeded() }
    const own: Report = { ...empty(), ...part }
    const joined = Buffer.concat([bare, own, bare].map(encodeReport))
    expect(plain(decodeReports(joined))).toEqual(plain([bare, own, bare]))
  })

  test('of success are the same whichever way they were written', () => {
    fc.assert(
      fc.property(report, payload, ({ index, startedAtMs, runMs }, result) => {
        const size = successSize(index, result)
        const memory = new Uint8Array(size + 7)
        writeSuccess(memory, 7, { index, startedAtMs, runMs }, result)
        const whole = {
          ...empty(),
          index,
          startedAtMs,
          runMs,
          outcome: { kind: 'succeeded' as const, result },
        }
        expect(plain(decodeReports(memory.subarray(7)))).toEqual(plain([whole]))
        expect(plain(decodeReports(encodeReport(whole)))).toEqual(plain([whole]))
      }),
    )
  })

  test('give copies of results: the memory they were read from is used again', () => {
    const encoded = new Uint8Array(
      encodeReport({ ...empty(), outcome: succeeded([1, 2, 3], true) }),
    )
    const [first] = decodeReports(encoded)
    encoded.fill(0)
    expect(plain(first?.outcome)).toEqual(plain(succeeded([1, 2, 3], true)))
  })
})

test('outcomes and log lines are kept whole', () => {
  fc.assert(
    fc.property(outcome, logs, (ended, lines) => {
      expect(plain(decodeOutcome(encodeOutcome(ended)))).toEqual(plain(ended))
      expect(decodeLogs(encodeLogs(lines))).toEqual(lines)
    }),
  )
})

function succeeded(result: readonly number[] = [], binary = false): Outcome {
  return { kind: 'succeeded', result: { bytes: new Uint8Array(result), binary } }
}

function lateFailure(): Failure {
  return { reason: 'threw', message: 'after the end', cause: { reason: 'threw', message: 'why' } }
}

function empty(): Report {
  return {
    index: 3,
    startedAtMs: 12.5,
    runMs: 0.25,
    outcome: undefined,
    logs: [],
    late: false,
    leftovers: [],
  }
}
