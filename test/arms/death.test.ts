import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { setTimeout as wait } from 'node:timers/promises'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/batch/handlers/compress-files.ts'
import { compressFiles } from '../../src/arms/batch/tasks.ts'
import { withLock } from '../../src/arms/lock.ts'
import { spawnNode } from '../rig/node.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

const fixture = new URL('./fixtures/process.ts', import.meta.url)

async function started(what: string, folder: Folder) {
  const child = spawnNode(fixture, [what, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  return child
}

describe('kill -9', () => {
  it('at any moment of compress-files loses no byte, and a re-run finishes and cleans up', async () => {
    using folder = new Folder()
    const contents = new Map(
      Array.from({ length: 8 }, (_, index) => [
        `${index}.log`,
        Buffer.concat([randomBytes(600_000), Buffer.alloc(3_000_000, 'abc')]),
      ]),
    )
    for (const [name, content] of contents) writeFileSync(folder.at(name), content)
    for (const afterMs of [5, 60, 120, 200]) {
      const child = await started('compress', folder)
      const gone = once(child, 'exit')
      await wait(afterMs)
      child.kill('SIGKILL')
      await gone
      for (const name of contents.keys()) {
        const whole = readdirSync(folder.path).some(
          (found) => found === name || found === `${name}.gz`,
        )
        expect(whole, name).toBe(true)
      }
    }
    await perform(
      compressFiles,
      run,
      { paths: ['*.log'], cwd: folder.path, keepOriginal: false },
      taskContext(folder, { lastCheckpoint: { begun: true } }),
    )
    expect(readdirSync(folder.path).sort()).toEqual(
      [...contents.keys()].map((name) => `${name}.gz`),
    )
    for (const [name, content] of contents)
      expect(zlib.gunzipSync(readFileSync(folder.at(`${name}.gz`))).equals(content), name).toBe(
        true,
      )
  })

  it('frees a lock, at once', async () => {
    using folder = new Folder()
    const child = await started('lock', folder)
    expect(await isFree(folder)).toBe(false)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    expect(await isFree(folder)).toBe(true)
  })
})

describe('the end of a thread', () => {
  it('frees the lock it held', async () => {
    using folder = new Folder()
    const thread = new Worker(new URL('./fixtures/lock-thread.ts', import.meta.url), {
      workerData: folder.path,
    })
    await once(thread, 'message')
    expect(await isFree(folder)).toBe(false)
    await thread.terminate()
    expect(await isFree(folder)).toBe(true)
  })
})

describe('a lock', () => {
  it('makes the second wait for the first, by name', async () => {
    using folder = new Folder()
    const signal = new AbortController().signal
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    const running = withLock(folder.path, 'a', signal, async () => {
      await first.promise
      order.push('first')
    })
    const waiting = withLock(folder.path, 'a', signal, () =>
      Promise.resolve(void order.push('second')),
    )
    await withLock(folder.path, 'b', signal, () => Promise.resolve(void order.push('other')))
    first.resolve()
    await Promise.all([running, waiting])
    expect(order).toEqual(['other', 'first', 'second'])
  })
})

async function isFree(folder: Folder): Promise<boolean> {
  const signal = AbortSignal.timeout(150)
  return await withLock(folder.path, 'test', signal, () => Promise.resolve(true)).catch(() => false)
}
