import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { nodeArguments } from '../rig/node.ts'

test.each(['memory', 'sqlite'])(
  'an idle engine over %s has no timer but that of the next due task',
  (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'octopus-idle-'))
    const store = kind === 'memory' ? kind : join(folder, 'state.db')
    const file = fileURLToPath(new URL('../fixtures/idle-child.ts', import.meta.url))
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [...nodeArguments, file, store],
      { encoding: 'utf8' },
    )
    rmSync(folder, { recursive: true })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ idle: 0, waiting: 1 })
  },
)
