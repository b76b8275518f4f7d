// What a stranger gets. Packs the package, installs the tarball in an empty folder, type-checks, imports and runs it
// there, asks publint and attw, and starts every example against that same installation.

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'

const nodeMajorMin = 24
const stepTimeoutMs = 180_000

const root = join(import.meta.dirname, '..')
const tools = join(root, 'node_modules/.bin')
const folder = mkdtempSync(join(tmpdir(), 'octopus-smoke-'))
const consumer = join(folder, 'consumer')

const consumerSource = `
import * as engine from 'octopus-executor'
import * as task from 'octopus-executor/task'
import * as client from 'octopus-executor/client'
import * as testing from 'octopus-executor/testing'

const counts = [engine, task, client, testing].map((entry) => Object.keys(entry).length)
if (counts.includes(0)) throw new Error('An entry exports nothing')
console.log(\`the entries export \${counts.join(', ')} names\`)
`

const consumerTsconfig = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  },
  files: ['consumer.ts'],
}

try {
  const tarball = pack()
  install(tarball)
  step('type-check of a consumer', () => passes('tsc', '-p', '.'))
  step('import of every entry', () => run('node', ['consumer.ts']))
  step('bins', () => ['octopus', 'octopus-executor'].map(checkBin).join(' '))
  step('publint', () => passes('publint', '--strict', tarball))
  step('attw', () => passes('attw', '--profile', 'esm-only', tarball))
  step('older Node', checkOlderNode)
  for (const example of exampleFolders()) step(`example ${basename(example)}`, () => start(example))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function pack(): string {
  run('npm', ['pack', '--pack-destination', folder], root)
  const [tarball] = globSync('*.tgz', { cwd: folder })
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  return join(folder, tarball)
}

function install(tarball: string): void {
  mkdirSync(consumer)
  const manifest = { name: 'consumer', private: true, type: 'module' }
  writeFileSync(join(consumer, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify(consumerTsconfig))
  writeFileSync(join(consumer, 'consumer.ts'), consumerSource)
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball])
}

function checkBin(name: string): string {
  const bin = join(consumer, 'node_modules/.bin', name)
  if (!/usage/i.test(run(bin, ['--help']))) throw new Error(`${name} --help shows no usage`)
  const version = run(bin, ['--version'])
  if (!/\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} --version printed: ${version}`)
  return version.trim()
}

/** Where the machine's own Node is too old, the bin must say so in one line instead of a stack trace. */
function checkOlderNode(): string {
  const older = findOlderNode()
  if (older === undefined) return `skipped: no Node below ${nodeMajorMin} on this machine`
  const bin = join(consumer, 'node_modules/octopus-executor/dist/cli/bin.js')
  const { status, stdout, stderr } = spawnSync(older, [bin, '--version'], { encoding: 'utf8' })
  const lines = `${stdout}${stderr}`.trim().split('\n')
  const [line = ''] = lines
  if (status === 0 || lines.length !== 1 || !line.includes(`${nodeMajorMin}`))
    throw new Error(`Expected one line about Node ${nodeMajorMin}, got:\n${lines.join('\n')}`)
  return line
}

function findOlderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .map((path) => join(path, 'node'))
    .filter((node) => existsSync(node))
    .find((node) => {
      const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
      return status === 0 && Number(stdout.slice(1).split('.')[0]) < nodeMajorMin
    })
}

function exampleFolders(): string[] {
  const starts = globSync('examples/*/{run.sh,package.json}', { cwd: root })
  return [...new Set(starts.map((path) => dirname(path)))].sort()
}

/** A copy beneath the consumer, so that `octopus-executor` resolves to what was packed. */
function start(example: string): string {
  const copy = join(consumer, example)
  cpSync(join(root, example), copy, {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules',
  })
  if (existsSync(join(copy, 'run.sh'))) return run('bash', ['run.sh'], copy)
  const manifest = readFileSync(join(copy, 'package.json'), 'utf8')
  if (!/"start":/.test(manifest))
    throw new Error(`${example} has neither run.sh nor a start script`)
  return run('npm', ['run', '--silent', 'start'], copy)
}

function step(name: string, work: () => string): void {
  const lastLine = work().trim().split('\n').at(-1) ?? ''
  console.log(`ok  ${name}: ${lastLine}`)
}

/** For tools that matter by their exit status alone. */
function passes(tool: string, ...args: readonly string[]): string {
  run(join(tools, tool), args)
  return 'clean'
}

function run(command: string, args: readonly string[], cwd = consumer): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: stepTimeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (error === undefined && status === 0) return stdout
  const shown = [basename(command), ...args].join(' ')
  throw new Error(`${shown} ended with ${status}\n${stdout}${stderr}`, { cause: error })
}
