import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NonRetryable, RetryAfter, TaskError } from '../../src/arms/task-errors.ts'
import {
  FAILURE_REASONS,
  failureOf,
  isFailureReason,
  isRetryable,
  type Failure,
} from '../../src/protocol/outcome.ts'

describe('any thrown value becomes a failure', () => {
  test.each<[string, unknown, string]>([
    ['null', null, 'thrown value: null'],
    ['undefined', undefined, 'thrown value: undefined'],
    ['text', 'out of ink', 'thrown value: out of ink'],
    ['a number', 7, 'thrown value: 7'],
    ['a bigint', 7n, 'thrown value: 7n'],
    ['a symbol', Symbol('s'), 'thrown value: Symbol(s)'],
    ['an object', { code: 1 }, 'thrown value: {"code":1}'],
    ['a circular object', circular(), 'thrown value: [object Object]'],
  ])('%s', (_, thrown, message) => {
    expect(failureOf(thrown)).toEqual({ reason: 'threw', message })
  })

  test.each<[string, unknown]>([
    ['a getter that throws', trapped('message', new Error('again'))],
    ['a getter that throws null', trapped('stack', null)],
    ['a cause that cannot be looked at', trapped('cause', new Error('no cause'))],
    [
      'a name that cannot be text',
      Object.assign(new Error('m'), { name: Object.create(null) as unknown }),
    ],
    ['a revoked proxy', revoked()],
    ['a proxy whose traps throw', new Proxy({}, { has: () => raise(), get: () => raise() })],
  ])('even with %s', (_, thrown) => {
    expect(failureOf(thrown)).toEqual({
      reason: 'threw',
      message: 'a thrown value that cannot be read',
    })
  })

  test('anything at all, without throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (thrown) => {
        const failure = failureOf(thrown, 'lost')
        expect(failure.reason).toBe('lost')
        expect(typeof failure.message).toBe('string')
      }),
    )
  })
})

describe('an error', () => {
  test('keeps its name, message, code, stack and cause', () => {
    const cause = Object.assign(new RangeError('disk'), { code: 'ENOSPC' })
    const failure = failureOf(new TypeError('cannot', { cause }))
    expect(failure).toMatchObject({
      reason: 'threw',
      name: 'TypeError',
      message: 'cannot',
      cause: { reason: 'threw', name: 'RangeError', message: 'disk', code: 'ENOSPC' },
    })
    expect(failure.stack).toMatch(/outcome\.test\.ts/)
  })

  test('of another realm is an error too', () => {
    expect(failureOf(runInNewContext("new Error('elsewhere')"))).toMatchObject({
      name: 'Error',
      message: 'elsewhere',
    })
  })

  test('keeps a code that is no text', () => {
    expect(failureOf(Object.assign(new Error('m'), { code: 42 })).code).toBe('42')
  })

  test('of megabytes is cut, and says how much there was', () => {
    const { message, stack } = failureOf(new Error('x'.repeat(1_000_000)))
    expect(message.length).toBeLessThan(16_500)
    expect(message).toMatch(/… \(1000000 characters\)$/)
    expect(stack?.length).toBeLessThan(16_500)
  })

  test('that is its own cause ends somewhere', () => {
    const error = new Error('round')
    error.cause = error
    expect(depth(failureOf(error))).toBe(6)
  })

  test('with a long chain of causes is cut', () => {
    let error = new Error('0')
    for (let at = 1; at < 100; at++) error = new Error(String(at), { cause: error })
    expect(depth(failureOf(error))).toBe(6)
  })
})

describe('another attempt', () => {
  test('is not made after NonRetryable', () => {
    expect(isRetryable(failureOf(new NonRetryable('never')))).toBe(false)
  })

  test('waits as long as RetryAfter says', () => {
    const failure = failureOf(new RetryAfter('30s'))
    expect(failure).toMatchObject({
      retryAfterMs: 30_000,
      message: 'asked to be retried after 30s',
    })
    expect(isRetryable(failure)).toBe(true)
  })

  test.each([Number.NaN, -1, Infinity, '5s', null])(
    'does not wait for a retryAfterMs of %s, whoever set it',
    (retryAfterMs) => {
      const failure = failureOf(Object.assign(new Error('m'), { retryAfterMs }))
      expect(failure.retryAfterMs).toBeUndefined()
    },
  )

  test('depends on the code of a built-in handler', () => {
    expect(isRetryable(failureOf(new TaskError('E_IO', 'm')))).toBe(true)
    expect(isRetryable(failureOf(new TaskError('E_CONFINED', 'm')))).toBe(false)
  })

  test('helps only where the reason allows it', () => {
    const helped = FAILURE_REASONS.filter((reason) => isRetryable({ reason, message: '' }))
    expect(helped).toEqual(['threw', 'timeout', 'worker-exited', 'out-of-memory', 'lost'])
    expect(isRetryable({ reason: 'lost', message: '', final: true })).toBe(false)
  })
})

test('only the reasons of the list are reasons', () => {
  expect(FAILURE_REASONS.every(isFailureReason)).toBe(true)
  expect(['', 'toString', 'THREW'].some(isFailureReason)).toBe(false)
})

function raise(): never {
  throw new Error('trap')
}

function trapped(field: string, thrown: unknown): Error {
  return Object.defineProperty(new Error('m'), field, {
    get: () => {
      throw thrown
    },
  })
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function circular(): object {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}

function depth(failure: Failure): number {
  return failure.cause === undefined ? 1 : 1 + depth(failure.cause)
}
