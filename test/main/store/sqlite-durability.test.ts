import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

import type { OctopusError } from '../../../src/protocol/errors.ts'
import { nodeArguments } from '../../rig/node.ts'
import { StoreFolder } from '../../rig/sqlite-store.ts'
import { newTask } from '../../rig/store.ts'

const stores = new StoreFolder()

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0

describe('what is acknowledged is on the disk', () => {
  test.skipIf(!canTrace)('every acknowledgement comes after a sync of the log', async () => {
    const trace = join(stores.folder, 'trace')
    const child = fileURLToPath(new URL('../../rig/store-child.ts', import.meta.url))
    const owner = spawn(
      'strace',
      ['-f', '-qq', '-y', '-e', 'trace=fdatasync,fsync,write', '-o', trace, process.execPath]
        .concat(nodeArguments)
        .concat(child, stores.file()),
      { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
    )
    let said = 0
    owner.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString().split('\n').length - 1
      if (said > 60) process.kill(-owner.pid!, 'SIGKILL')
    })
    await once(owner, 'close')
    const events = readFileSync(trace, 'utf8').split('\n').map(eventOf)
    const acknowledgements = events.filter((event) => event === 'acknowledged')
    expect(acknowledgements.length).toBeGreaterThan(5)
    let synced = false
    for (const event of events) {
      if (event === 'synced') synced = true
      if (event !== 'acknowledged') continue
      expect(synced, 'a sync between two acknowledgements').toBe(true)
      synced = false
    }
  })
})

/** A finished sync of the log, also one that strace shows in two halves, or a line of acknowledgements on stdout. */
function eventOf(line: string): 'synced' | 'acknowledged' | undefined {
  if (/f(data)?sync\(.*octopus\.db-wal>\) += 0/.test(line)) return 'synced'
  if (/<\.\.\. f(data)?sync resumed>.*= 0/.test(line)) return 'synced'
  return /write\(1<[^>]*>, "[as] \d/.test(line) ? 'acknowledged' : undefined
}

describe('a full disk', () => {
  const mount = (folder: string, ...options: string[]): number | null =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', folder]).status

  const withSmallDisk = async (work: (folder: string) => Promise<void>): Promise<boolean> => {
    const folder = join(stores.folder, 'small')
    mkdirSync(folder)
    if (mount(folder, 'size=3m') !== 0) return false
    try {
      await work(folder)
    } finally {
      execFileSync('umount', ['-l', folder])
    }
    return true
  }

  test('ends the store with E_STORE_FULL, and everything acknowledged is there when there is room again', async ({
    skip,
  }) => {
    const mounted = await withSmallDisk(async (folder) => {
      const path = join(folder, 'octopus.db')
      const store = await stores.open({ path })
      const failures: Error[] = []
      store.onFailure((error) => failures.push(error))
      const { accepted, error } = await fill(() =>
        store.enqueue([newTask({ payload: '"x"'.padEnd(20_000) }), newTask()]),
      )
      expect(accepted).toBeGreaterThan(20)
      expect(error.code).toBe('E_STORE_FULL')
      expect(error.hint).toBeTruthy()
      await expect(store.get('o_1')).rejects.toBe(error)
      expect(failures).toEqual([error])
      await store.close()
      expect(mount(folder, 'remount', 'size=64m')).toBe(0)
      const again = await stores.open({ path })
      expect(again.opened).toMatchObject({ pending: accepted, clean: false })
      await again.close()
    })
    if (!mounted) skip('mounting needs root')
  })

  async function fill(
    enqueue: () => Promise<readonly unknown[]>,
  ): Promise<{ accepted: number; error: OctopusError }> {
    for (let accepted = 0; ;) {
      try {
        accepted += (await enqueue()).length
      } catch (error) {
        return { accepted, error: error as OctopusError }
      }
    }
  }
})
