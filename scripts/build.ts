// Makes dist: the compiled src, the generated protobuf code beside it, and runnable bins.

import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const bin = join(dist, 'cli/bin.js')

rmSync(dist, { recursive: true, force: true })
compile()
// tsc carries neither .js nor .d.ts sources over.
cpSync(join(root, 'src/protocol/generated'), join(dist, 'protocol/generated'), { recursive: true })
if (existsSync(bin)) chmodSync(bin, 0o755)

function compile(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const tsc = join(typescript, 'bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
