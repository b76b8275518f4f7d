import { describe, expect, test } from 'vitest'
import { Chance } from '../rig/random.ts'
import { Terminal } from '../rig/terminal.ts'
import { hasPseudoTerminal, onTerminal } from './pseudo-terminal.ts'
import { ran, steady, tasks, workFolder, writeRows } from './rig.ts'

/** Enough of everything that a run can show: successes, a retry, failures of one kind. */
const ROWS = [
  ...Array.from({ length: 12 }, (_, n) => ({ type: 'double', id: `d${n}`, payload: { n } })),
  { type: 'flaky', id: 'f', payload: { n: 1 } },
  { type: 'heic', id: 'a', payload: { file: 'a.heic' } },
  { type: 'heic', id: 'b', payload: { file: 'a.heic' } },
]
const ARGS = ['--tasks', tasks, '--max-parallel', '1', '--store', 'state.db']

describe('what a run leaves to be read', () => {
  test.for([
    ['a pipe', 'run-pipe', {}],
    ['CI', 'run-ci', { CI: '1' }],
    ['NO_COLOR', 'run-pipe', { NO_COLOR: '1' }],
    ['a dumb terminal', 'run-pipe', { TERM: 'dumb' }],
  ] as const)('in %s', async ([, name, env]) => {
    const cwd = workFolder()
    const { code, stderr, stdout } = await ran(['run', writeRows(cwd, ROWS), ...ARGS], { cwd, env })
    expect(code).toBe(1)
    expect(stderr + stdout).not.toContain('\u001b')
    await expect(readable(`${stderr}${stdout}`, cwd)).toMatchFileSnapshot(`golden/${name}.txt`)
  })

  describe.skipIf(!hasPseudoTerminal)('on a terminal', () => {
    test.for([80, 40, 20])('of %i columns', async (columns) => {
      const cwd = workFolder()
      const run = onTerminal(['run', writeRows(cwd, ROWS), ...ARGS], { cwd, columns })
      const { screen, code, before, after } = await run.ended
      const terminal = new Terminal(columns)
      terminal.write(screen)
      expect(code).toBe(1)
      expect(after).toBe(before)
      expect(terminal.isSane).toBe(true)
      await expect(readable(terminal.text, cwd)).toMatchFileSnapshot(`golden/run-${columns}.txt`)
    })

    test('that is dumb, no sequence is written', async () => {
      const cwd = workFolder()
      const options = { cwd, columns: 80, env: { TERM: 'dumb' } }
      const { screen } = await onTerminal(['run', writeRows(cwd, ROWS), ...ARGS], options).ended
      expect(screen).not.toContain('\u001b')
    })
  })
})

const chance = new Chance(2_211)

test.skipIf(!hasPseudoTerminal).for(Array.from({ length: 4 }, () => chance.int(0, 2_500)))(
  'Ctrl-C after %i characters leaves the terminal as it was',
  { timeout: 60_000 },
  async (characters) => {
    const cwd = workFolder()
    const rows = Array.from({ length: 400 }, (_, n) => ({ type: 'pause', payload: { n } }))
    const run = onTerminal(['run', writeRows(cwd, rows), ...ARGS], { cwd, columns: 80 })
    // At least the head: before it, the engine is not there yet and Ctrl-C simply ends the process.
    await run.shown(120 + characters)
    run.type('\u0003')
    const { screen, code, before, after } = await run.ended
    expect(after).toBe(before)
    expect([0, 130]).toContain(code)
    const terminal = new Terminal(80)
    terminal.write(screen)
    expect(terminal.isSane).toBe(true)
  },
)

/** Without what differs from run to run: times, rates, and how often progress was told. */
function readable(text: string, folder: string): string {
  return steady(text, folder)
    .replaceAll('\r', '')
    .replaceAll(/━+/g, '━')
    .replaceAll(/ {2}(p99 {2}?<t>|p99 <t>|[\d.,]+k?\/s)/g, '')
    .replaceAll(/^\[.*\n/gm, '')
}
