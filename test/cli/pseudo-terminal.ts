import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { nodeArguments } from '../rig/node.ts'
import { bin } from './rig.ts'

/** util-linux's `script` gives a program a real terminal of its own; without it these tests are skipped. */
export const hasPseudoTerminal = spawnSync('script', ['--version']).status === 0

export interface OnTerminal {
  /** What a person types, e.g. Ctrl-C. */
  type(text: string): void
  /** Resolves when the terminal has shown that much more. */
  shown(characters: number): Promise<void>
  readonly ended: Promise<{
    readonly screen: string
    readonly code: number
    /** The terminal's modes (`stty -g`) before and after. */
    readonly before: string
    readonly after: string
  }>
}

/** Runs the command line on a terminal of that width, and says what it left behind. */
export function onTerminal(
  args: readonly string[],
  { cwd, columns, env = {} }: { cwd: string; columns: number; env?: Record<string, string> },
): OnTerminal {
  const words = [process.execPath, ...nodeArguments, bin, ...args].map(quoted).join(' ')
  // A shell that gets Ctrl-C as well must live to tell what it left; some do only if they listen for it.
  const line = `trap : INT; stty cols ${columns} rows 24; stty -g; ${words}; echo "${MARK}$?"; stty -g`
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _force, ...rest } = process.env
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { ...rest, SHELL: '/bin/sh', TERM: 'xterm', ...env },
    stdio: 'pipe',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  return {
    type: (typed) => void child.stdin.write(typed),
    async shown(characters) {
      while (text.length < characters && child.exitCode === null)
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
    },
    ended: once(child, 'close').then(() => parts(text)),
  }
}

const MARK = 'exit code '

function parts(text: string): Awaited<OnTerminal['ended']> {
  const [before = '', ...more] = text.split('\r\n')
  const end = more.findLastIndex((line) => line.includes(MARK))
  const [screenEnd = '', code = ''] = (more[end] ?? '').split(MARK)
  return {
    screen: [...more.slice(0, end), screenEnd].join('\r\n'),
    code: Number(code),
    before,
    after: more[end + 1] ?? '',
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
