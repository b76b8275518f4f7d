import { stripVTControlCharacters, styleText } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseFilter } from '../../src/cli/filter.ts'
import { taskText } from '../../src/cli/inspect/task-text.ts'
import { listText } from '../../src/cli/ls/list-text.ts'
import { plain, type Paint } from '../../src/cli/output.ts'
import type { StatusReport } from '../../src/cli/status/report.ts'
import { statusText } from '../../src/cli/status/status-text.ts'
import { cut, cutFront, textWidth } from '../../src/cli/text-width.ts'
import { OctopusError, type InspectedTask } from '../../src/main/light.ts'
import { ARM_IDS, taskId } from '../../src/protocol/task.ts'

const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false })
const NOW = Date.UTC(2026, 10, 22, 13, 2)

const task: InspectedTask = {
  id: taskId('nacht/日本語/🐙 of the \u001b[31mwhole\u202e year'),
  type: 'make-thumbs',
  arm: 'batch',
  priority: 9,
  state: 'failed',
  createdAt: NOW - 90_000,
  dueAt: undefined,
  after: [taskId('a'), taskId('b')],
  awaiting: [],
  rules: { attemptsMax: 3, timeoutMs: 60_000, onParentFailure: 'run' },
  payload: { file: 'x'.repeat(2_000) },
  result: undefined,
  failure: {
    reason: 'threw',
    name: 'Error',
    message: 'first line\nsecond line\u0007',
    stack: 'Error\n    at run (file:///a/very/long/way/to/the/place/where/it/was/thrown.ts:1:2)',
    root: 'a',
  },
  attempts: [
    {
      attempt: 1,
      state: 'failed',
      retried: false,
      failure: { reason: 'timeout', message: 'too long' },
      waitUs: 2_100,
      dispatchUs: 10,
      runUs: 84_000,
      settleUs: 30,
      threadId: 7,
      settledAtMs: NOW,
    },
  ],
  logs: [{ atMs: NOW, level: 'warn', text: 'no EXIF in\u001b[2J it' }],
}

const report: StatusReport = {
  store: '/a/long/way/to/the/place/of/the/store/octopus.db',
  engine: { pid: 4_242, command: '/usr/bin/octopus', sinceMs: NOW - 720_000, state: 'open' },
  stored: undefined,
  unserved: 3,
  arms: ARM_IDS.map((id, at) => ({
    id,
    enabled: at !== 2,
    paused: at === 1,
    maxParallel: 4,
    ready: 1_234_567,
    blocked: at,
    scheduled: 12,
    running: 3,
    ok: 999_999,
    failed: 17,
    cancelled: 0,
    wait: { p50Ms: 2.1, p99Ms: 41_000 },
    run: undefined,
  })),
}

const TEXTS: readonly (readonly [string, (width: number, paint: Paint) => string])[] = [
  ['status', (width, paint) => statusText(report, NOW, width, paint)],
  ['ls', (width, paint) => listText([task, task], NOW, width, paint)],
  [
    'inspect',
    (width, paint) => taskText(task, { whole: false, trace: false, nowMs: NOW, width }, paint),
  ],
  [
    'inspect --trace',
    (width, paint) => taskText(task, { whole: false, trace: true, nowMs: NOW, width }, paint),
  ],
]

describe.for(TEXTS)('%s', ([, text]) => {
  test('is never wider than the terminal, however narrow that is', () => {
    for (let width = 1; width <= 160; width++)
      for (const line of stripVTControlCharacters(text(width, coloured)).split('\n'))
        expect(textWidth(line), `${width}: ${line}`).toBeLessThanOrEqual(width)
  })

  test('says the same with and without colours, and nothing that moves a cursor', () => {
    for (const width of [20, 40, 80, Infinity]) {
      const bare = text(width, plain)
      expect(stripVTControlCharacters(text(width, coloured))).toBe(bare)
      // oxlint-disable-next-line no-control-regex -- it must have none
      expect(bare).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
  })
})

test('the width of text is that of a terminal', () => {
  expect(textWidth('abc')).toBe(3)
  expect(textWidth('日本語')).toBe(6)
  expect(textWidth('e\u0301')).toBe(1)
  expect(cut('日本語', 5)).toBe('日本…')
  expect(cutFront('20261122-130201/late', 8)).toBe('…01/late')
})

describe('a filter', () => {
  test('is words that narrow a query', () => {
    expect(parseFilter('  state:failed,cancelled type:resize arm:batch id:night/* ', NOW)).toEqual({
      states: ['failed', 'cancelled'],
      type: 'resize',
      arm: 'batch',
      idPrefix: 'night/',
    })
    expect(parseFilter('older:1h newer:2d reason:timeout id:a,b', NOW)).toEqual({
      createdUntilMs: NOW - 3_600_000,
      createdSinceMs: NOW - 172_800_000,
      reason: 'timeout',
      ids: ['a', 'b'],
    })
    expect(parseFilter('', NOW)).toEqual({})
  })

  test.for([
    ['state:failed stat:x', 'stat:x'],
    ['state:fail', 'state:fail'],
    ['failed', 'failed'],
    ['arm:leg', 'arm:leg'],
    ['id:*a', 'id:*a'],
    ['older:', 'older:'],
    ['newer:soon', 'newer:soon'],
    ['reason:bad', 'reason:bad'],
    ['type:a type:b', 'type:b'],
    ['constructor:x', 'constructor:x'],
  ] as const)('%s is refused at %s', ([filter, word]) => {
    const thrown = ((): unknown => {
      try {
        return parseFilter(filter, NOW)
      } catch (error) {
        return error
      }
    })()
    if (!(thrown instanceof OctopusError)) throw new Error(`accepted: ${JSON.stringify(thrown)}`)
    expect(thrown.code).toBe('E_USAGE')
    expect(thrown.message).toContain(`'${word}' in the filter`)
    const at = filter.lastIndexOf(word)
    expect(thrown.hint).toBe(`${filter}\n  ${' '.repeat(at)}${'^'.repeat(word.length)}`)
  })
})
