// Turns proto/octopus/v1/*.proto into src/protocol/generated: control.{js,d.ts} for the socket's frames, octopus.{js,d.ts}
// for the rest. Threads load only the second, a client of the socket only the first.
// With --check nothing is written: it fails when the committed files are not what the .proto files say.

import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const target = join(root, 'src/protocol/generated')
const names = ['octopus.js', 'octopus.d.ts', 'control.js', 'control.d.ts']
const header = '// Generated from proto/octopus/v1 by `npm run proto`; edit those files instead.\n'

// What remains is encode, decode and typed interfaces: nothing here is reflected on, converted or verified at run time.
const pbjsOptions = [
  '--target=static-module',
  '--wrap=esm',
  '--force-number',
  '--no-create',
  '--no-verify',
  '--no-convert',
  '--no-delimited',
  '--no-typeurl',
  '--no-service',
]

const protoFiles = globSync('proto/octopus/v1/*.proto', { cwd: root }).sort()
if (protoFiles.length === 0) throw new Error('No .proto file found in proto/octopus/v1')
const isControl = (path: string): boolean => path.endsWith('/control.proto')

if (process.argv.includes('--check')) check()
else generate(target)

function generate(directory: string): void {
  mkdirSync(directory, { recursive: true })
  generateModule(
    directory,
    'octopus',
    protoFiles.filter((path) => !isControl(path)),
  )
  generateModule(directory, 'control', protoFiles.filter(isControl))
  for (const name of names) {
    const path = join(directory, name)
    writeFileSync(path, header + readFileSync(path, 'utf8').trimStart())
  }
}

function generateModule(directory: string, name: string, files: readonly string[]): void {
  const file = join(directory, `${name}.js`)
  // The declarations are read from the code's comments, which the code itself can do without.
  pbjs(`--root=${name}`, '--dts', '--out', file, ...files)
  pbjs(`--root=${name}`, '--no-comments', '--out', file, ...files)
}

function pbjs(...args: string[]): void {
  const program = createRequire(import.meta.url).resolve('protobufjs-cli/bin/pbjs')
  const { status } = spawnSync(process.execPath, [program, ...pbjsOptions, ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`pbjs ended with status ${status}`)
}

function check(): void {
  const directory = mkdtempSync(join(tmpdir(), 'octopus-proto-'))
  try {
    generate(directory)
    const stale = names.filter((name) => contents(directory, name) !== contents(target, name))
    if (stale.length === 0)
      return console.log(`${protoFiles.length} .proto files match ${names.join(' and ')}`)
    console.error(`Stale: ${stale.join(', ')} in src/protocol/generated. Run: npm run proto`)
    process.exitCode = 1
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function contents(directory: string, name: string): string | undefined {
  try {
    return readFileSync(join(directory, name), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
