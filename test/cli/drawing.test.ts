import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { barLines } from '../../src/cli/run/bar-lines.ts'
import { progressLine } from '../../src/cli/run/progress.ts'
import type { ArmProgress, Snapshot } from '../../src/cli/run/progress-view.ts'
import { plain } from '../../src/cli/output.ts'
import { Screen } from '../../src/cli/screen.ts'
import { nodeArguments } from '../rig/node.ts'
import { tasks, workFolder, writeRows } from './rig.ts'

const batch: ArmProgress = {
  arm: 'batch',
  rows: 1_400,
  over: 952,
  failed: 1,
  retrying: 2,
  perSecond: 442,
  etaMs: 1_013,
  p99Ms: 76,
}
const builds: ArmProgress = {
  arm: 'builds',
  rows: 80,
  over: 18,
  failed: 0,
  retrying: 0,
  perSecond: 0.8,
  etaMs: 77_500,
  p99Ms: 10_020,
}
const analytics: ArmProgress = {
  arm: 'analytics',
  rows: 5,
  over: 0,
  failed: 0,
  retrying: 0,
  perSecond: 0,
  etaMs: undefined,
  p99Ms: undefined,
}
const snapshot: Snapshot = {
  elapsedMs: 10_000,
  arms: [batch, builds, analytics],
  total: { rows: 1_485, over: 970, failed: 1, retrying: 2, perSecond: 442.8, etaMs: 77_500 },
  slowest: 'builds',
}

describe('bars', () => {
  test('at 100 columns show everything', () => {
    expect(barLines(snapshot, 100, plain)).toMatchInlineSnapshot(`
      [
        " batch      ━━━━━━━━━━━━──────   68%  952/1,400   442/s   p99 76ms     eta 1s  1 failed, 2 retrying",
        " builds     ━━━━──────────────   22%      18/80   0.8/s    p99 10s  eta 1m18s",
        " analytics  ──────────────────    0%        0/5",
        " total  970/1,485  65%  1 failed  2 retrying  443/s  eta 1m18s (builds)",
      ]
    `)
  })
  test('at 80 columns', () => {
    expect(barLines(snapshot, 80, plain)).toMatchInlineSnapshot(`
      [
        " batch      ━━━━━━───   68%  952/1,400   442/s     eta 1s  1 failed, 2 retrying",
        " builds     ━━───────   22%      18/80   0.8/s  eta 1m18s",
        " analytics  ─────────    0%        0/5",
        " total  970/1,485  65%  1 failed  2 retrying  443/s  eta 1m18s (builds)",
      ]
    `)
  })
  test('at 40 columns', () => {
    expect(barLines(snapshot, 40, plain)).toMatchInlineSnapshot(`
      [
        " batch      ━━━━━━────   68%  952/1,400",
        " builds     ━━────────   22%      18/80",
        " analytics  ──────────    0%        0/5",
        " total  970/1,485  65%  1 failed  443/s",
      ]
    `)
  })
  test('at 20 columns', () => {
    expect(barLines(snapshot, 20, plain)).toMatchInlineSnapshot(`
      [
        " batch       68%",
        " builds      22%",
        " analytics    0%",
        " total  970/1,485",
      ]
    `)
  })
  test('never are wider than the terminal', () => {
    for (let width = 1; width <= 200; width++)
      for (const line of barLines(snapshot, width, plain))
        expect(line.length).toBeLessThanOrEqual(width)
  })
  test('are one line of text where they cannot be drawn', () => {
    expect(progressLine(snapshot)).toBe(
      '[  10s] 970/1,485 65% 443/s failed 1 retrying 2 | batch 952/1,400 builds 18/80 analytics 0/5',
    )
  })
})

describe('a screen', () => {
  test('leaves the terminal as it was after every single write', () => {
    const { written, screen } = fakeTerminal(80)
    screen.draw(['one', 'two'])
    screen.say('a message\n')
    screen.draw(['three'])
    screen.clear()
    for (const frame of written) {
      expect(frame.startsWith('\u001b[?25l\u001b[?7l')).toBe(true)
      expect(frame.endsWith('\u001b[?7h\u001b[?25h')).toBe(true)
    }
  })

  test('goes back over as many rows as its lines take after the terminal became narrower', () => {
    const { written, screen, size } = fakeTerminal(80)
    screen.draw(['x'.repeat(70), 'y'])
    size.columns = 30
    screen.draw(['z'])
    expect(written[1]).toContain('\r\u001b[4A')
  })

  test('draws no more lines than there are rows to go back over', () => {
    const { written, screen, size } = fakeTerminal(80)
    size.rows = 3
    screen.draw(['one', 'two', 'three', 'four'])
    expect(written[0]).not.toContain('two')
    expect(written[0]).toContain('three')
  })
})

const hasScript = spawnSync('script', ['--version']).status === 0

test.skipIf(!hasScript)('on a terminal bars are drawn, and the cursor is there at the end', () => {
  const cwd = workFolder()
  const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
  const rows = Array.from({ length: 50 }, (_, n) => ({ type: 'double', payload: { n } }))
  const command = [
    process.execPath,
    ...nodeArguments,
    bin,
    'run',
    writeRows(cwd, rows),
    '--tasks',
    tasks,
  ]
  const onTerminal = (env: NodeJS.ProcessEnv): string =>
    spawnSync('script', ['-qec', `stty cols 80 rows 24; ${command.join(' ')}`, '/dev/null'], {
      cwd,
      env,
      encoding: 'utf8',
    }).stdout
  const { CI: _ci, NO_COLOR: _noColor, ...env } = process.env
  const drawn = onTerminal({ ...env, TERM: 'xterm' })
  expect(drawn).toMatch(/ batch.*━{10,}.*100%.*50\/50/)
  expect(drawn.lastIndexOf('\u001b[?25h')).toBeGreaterThan(drawn.lastIndexOf('\u001b[?25l'))
  const inCi = onTerminal({ ...env, TERM: 'xterm', CI: '1' })
  expect(inCi).not.toContain('━')
  const dumb = onTerminal({ ...env, TERM: 'dumb' })
  expect(dumb).not.toContain('\u001b')
})

function fakeTerminal(columns: number): {
  written: string[]
  screen: Screen
  size: { columns: number; rows: number }
} {
  const written: string[] = []
  const size = { columns, rows: 24, write: (text: string) => void written.push(text) }
  return { written, screen: new Screen(size), size }
}
