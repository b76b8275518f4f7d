import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { helpText } from '../../src/cli/help-text.ts'
import { nearest } from '../../src/cli/nearest.ts'
import { ran, workFolder } from './rig.ts'

describe('the command line', () => {
  test('helps, tells its version, and explains what it does not know', async () => {
    const cwd = workFolder()
    const [help, runHelp, version, option, command] = await Promise.all(
      [['--help'], ['help', 'run'], ['--version'], ['run', 'x', '--reume'], ['urn', 'x']].map(
        (args) => ran(args, { cwd }),
      ),
    )
    expect([help, runHelp, version, option, command].map((ended) => ended?.code)).toEqual([
      0, 0, 0, 2, 2,
    ])
    expect(help?.stdout).toBe(helpText(80))
    expect(runHelp?.stdout).toContain('--only-failed')
    expect(version?.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(option?.stderr).toBe(
      "✖ E_USAGE: unknown option '--reume'\n  (Did you mean --resume?) See 'octopus run --help'.\n",
    )
    expect(command?.stderr).toBe(
      "✖ E_USAGE: unknown command 'urn'\n  Did you mean 'octopus run'? See 'octopus --help'.\n",
    )
  })

  test.for(['--no-color --help', '-h', 'help', 'help help', ''])(
    'helps when asked by: %s',
    async (args) => {
      const { code, stdout } = await ran(args.split(' ').filter(Boolean), { cwd: workFolder() })
      expect([code, stdout]).toEqual([0, helpText(80)])
    },
  )

  test.for([80, 40, 20])('fits a terminal of %i columns', (columns) => {
    const lines = helpText(columns).split('\n')
    const longestName = Math.max(...COMMANDS.map(({ name, usage }) => `  ${name} ${usage}`.length))
    for (const line of lines)
      expect(line.length).toBeLessThanOrEqual(Math.max(columns, longestName))
  })

  test('suggests what was likely meant, and nothing when nothing is near', () => {
    const words = ['run', 'status', 'retry', 'resume']
    const meant = ['rnu', 'stauts', 'retyr', 'rsume', 'xyzzy', 'frobnicate']
    expect(meant.map((word) => nearest(word, words))).toEqual([
      'run',
      'status',
      'retry',
      'resume',
      undefined,
      undefined,
    ])
  })
})
