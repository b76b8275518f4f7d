/**
 * Draws docs/recording.svg, the picture at the top of the README: a real run of 20,000 tasks on a real terminal, killed
 * with SIGKILL at 70 %, and resumed. Needs util-linux's `script`. Run it at a quiet moment: npm run recording.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Terminal } from '../test/rig/terminal.ts'

const COLUMNS = 84
const TASKS = 20_000
const KILL_AT = 0.7
/** Of the picture: pixels a line and a character. */
const LINE = 19
const CHARACTER = 8.43

const root = join(import.meta.dirname, '..')
const bin = join(root, 'src/cli/bin.ts')
const folder = mkdtempSync(join(tmpdir(), 'octopus-recording-'))

writeFileSync(
  join(folder, 'tasks.ts'),
  `import { pbkdf2Sync } from 'node:crypto'
import { defineTask } from 'octopus-executor/task'
const derived = (n) => pbkdf2Sync(String(n), 'salt', 2_000, 32, 'sha256').toString('hex')
export const derive = defineTask({ type: 'derive-key', arm: 'batch', run: ({ n }) => derived(n) })
`,
)
mkdirSync(join(folder, 'node_modules'))
symlinkSync(root, join(folder, 'node_modules/octopus-executor'))
writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
writeFileSync(
  join(folder, 'night.ndjson'),
  Array.from({ length: TASKS }, (_, n) => `{"type":"derive-key","payload":{"n":${n}}}\n`).join(''),
)

const first = await record(['run', 'night.ndjson', '--tasks', 'tasks.ts'], true)
const second = await record(['run', 'night.ndjson', '--tasks', 'tasks.ts', '--resume'], false)
rmSync(folder, { recursive: true })
const screens = [
  '$ octopus run night.ndjson --tasks tasks.ts',
  first,
  'Killed                                        # kill -9, at 03:10',
  '',
  '$ octopus run night.ndjson --tasks tasks.ts --resume',
  second,
].join('\n')
writeFileSync(join(root, 'docs/recording.svg'), svg(screens.split('\n')))
process.stdout.write(`${screens}\n`)

/** Runs it on a terminal and gives back what is on the screen at its end. */
async function record(args: readonly string[], kill: boolean): Promise<string> {
  const command = `stty cols ${COLUMNS} rows 40; exec ${process.execPath} --conditions=octopus-src ${bin} ${args.join(' ')}`
  const { CI: _ci, NO_COLOR: _noColor, ...env } = process.env
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...env, TERM: 'xterm', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const terminal = new Terminal(COLUMNS)
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    terminal.write(more)
    if (kill && share(terminal.text) >= KILL_AT) killEngine(child)
  })
  await once(child, 'close')
  return steady(terminal.text)
}

function share(screen: string): number {
  const [, over = '0', all = String(TASKS)] = /total {2}([\d,]+)\/([\d,]+)/.exec(screen) ?? []
  return Number(over.replaceAll(',', '')) / Number(all.replaceAll(',', ''))
}

/** The engine is the only child of `script`, which execs it. */
function killEngine({ pid }: ChildProcess): void {
  const [engine] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  if (engine !== undefined && engine !== '') process.kill(Number(engine), 'SIGKILL')
}

function steady(screen: string): string {
  return screen
    .replaceAll(`${folder}/`, '')
    .replaceAll('\r', '')
    .replaceAll(/^Session terminated.*$\n?/gm, '')
    .trimEnd()
}

function svg(lines: readonly string[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER + 32)
  const height = lines.length * LINE + 28
  const rows = lines.map(
    (line, at) =>
      `<text x="16" y="${26 + at * LINE}" class="${kind(line)}" xml:space="preserve">${escaped(line)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A run of 20,000 tasks, killed at 70 percent and resumed">
<style>rect{fill:#11161d}text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#c9d3df}.command{fill:#fff;font-weight:600}.good{fill:#7ee787}.bad{fill:#ff7b72;font-weight:600}.bar{fill:#79c0ff}</style>
<rect width="100%" height="100%" rx="8"/>
${rows.join('\n')}
</svg>
`
}

function kind(line: string): string {
  if (line.startsWith('$')) return 'command'
  if (line.startsWith('Killed')) return 'bad'
  if (line.includes('━')) return 'bar'
  return line.startsWith('✔') || line.startsWith('Summary') ? 'good' : 'plain'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
