import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'

import type { NewTask } from '../../../src/main/store/store.ts'
import { OctopusError } from '../../../src/protocol/errors.ts'
import { startOwner } from '../../rig/doomed-store.ts'
import { StoreFolder } from '../../rig/sqlite-store.ts'
import { everything, newTask, succeeded } from '../../rig/store.ts'

const stores = new StoreFolder()

/** The error a promise ends in. */
async function refusal(promise: Promise<unknown>): Promise<OctopusError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OctopusError)) throw new Error(`no coded error but ${String(error)}`)
  expect(error.hint, error.code).toBeTruthy()
  return error
}

/** A closed store with a few pages in it. */
async function filledStore(): Promise<void> {
  const store = await stores.open()
  await store.enqueue(Array.from({ length: 500 }, () => newTask({ payload: '"x"'.padEnd(300) })))
  await store.close()
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

describe('one owner', () => {
  test('another process is refused at once, and told who owns the store', async () => {
    const owner = await startOwner(stores.file(), 'idle')
    const { code, message } = await refusal(stores.store().open())
    expect(code).toBe('E_STORE_BUSY')
    expect(message).toContain(`process ${owner.pid}`)
    expect(message).toContain('store-child.ts')
    expect(message).toMatch(/since \d{4}-\d\d-\d\dT/)
    await owner.kill()
    await stores.open()
  })

  test('the same process is refused too, under any name of the file, and harms the owner in nothing', async () => {
    const store = await stores.open()
    const other = `${stores.folder}/./octopus.db`
    const first = await refusal(stores.store({ path: other }).open())
    expect(first.code).toBe('E_STORE_BUSY')
    expect(first.message).toContain(`process ${process.pid}`)
    expect((await refusal(stores.store().open())).code).toBe('E_STORE_BUSY')
    await store.enqueue([newTask()])
    const child = startOwner(stores.file(), 'idle')
    await expect(child).rejects.toThrow('the owner ended by itself')
    await store.close()
    expect((await stores.open()).opened.pending).toBe(1)
  })

  test('a closed store answers with E_CLOSED, and closing twice is harmless', async () => {
    const store = await stores.open()
    await store.close()
    await store.close()
    expect((await refusal(store.enqueue([newTask()]))).code).toBe('E_CLOSED')
    expect((await refusal(store.get('o_1'))).code).toBe('E_CLOSED')
  })
})

describe('what is no store of ours', () => {
  test('a path that is no file', async () => {
    for (const path of [':memory:', '', 'file:x.db'])
      expect((await refusal(stores.store({ path }).open())).code, path).toBe('E_CONFIG')
  })

  test('a file of something else is left alone', async () => {
    writeFileSync(stores.file(), 'Dear diary, today I was nearly taken for a database. '.repeat(99))
    const before = readFileSync(stores.file())
    const { code, message } = await refusal(stores.store().open())
    expect(code).toBe('E_STORE_CORRUPT')
    expect(message).toContain(stores.file())
    expect(readFileSync(stores.file())).toEqual(before)
    expect(existsSync(stores.file('.owner'))).toBe(false)
  })

  test('a database of another program is left alone', async () => {
    const db = new DatabaseSync(stores.file())
    db.exec('CREATE TABLE photos(id)')
    db.close()
    const before = readFileSync(stores.file())
    expect(await refusal(stores.store().open())).toMatchObject({
      code: 'E_STORE_CORRUPT',
      message: expect.stringContaining('another program') as string,
    })
    expect(readFileSync(stores.file())).toEqual(before)
  })

  test('a store of a newer version', async () => {
    await filledStore()
    const db = new DatabaseSync(stores.file())
    db.exec('PRAGMA user_version = 99')
    db.close()
    const { code, message } = await refusal(stores.store().open())
    expect(code).toBe('E_STORE_NEWER')
    expect(message).toContain('schema 99')
  })

  test('a folder where the file should be', async () => {
    const path = stores.folder
    expect((await refusal(stores.store({ path }).open())).code).toBe('E_STORE_READONLY')
  })
})

describe('damage', () => {
  test('a cut-off file', async () => {
    await filledStore()
    truncateSync(stores.file(), 4096 * 5)
    expect((await refusal(stores.store().open())).code).toBe('E_STORE_CORRUPT')
    expect(statSync(stores.file()).size).toBe(4096 * 5)
  })

  test('pages written over', async () => {
    await filledStore()
    const size = statSync(stores.file()).size
    overwrite(stores.file(), 4096, Buffer.alloc(size - 4096, 0xa5))
    expect((await refusal(stores.store().open())).code).toBe('E_STORE_CORRUPT')
  })

  test('damage met by a question ends the store as well', async () => {
    await filledStore()
    const db = new DatabaseSync(stores.file())
    db.exec('UPDATE task SET envelope = 7 WHERE seq = 400')
    db.close()
    const store = await stores.open()
    const failures: Error[] = []
    store.onFailure((error) => failures.push(error))
    const error = await refusal(store.get(`o_${(400).toString(36)}`))
    expect(error.code).toBe('E_STORE_CORRUPT')
    expect(await refusal(store.enqueue([newTask()]))).toBe(error)
    expect(failures).toEqual([error])
  })

  test.for(['deleted', 'replaced'] as const)('a file that was %s under the owner', async (how) => {
    const store = await stores.open()
    const failures: Error[] = []
    store.onFailure((error) => failures.push(error))
    await store.enqueue([newTask(), newTask()])
    copyFileSync(stores.file(), stores.file('.copy'))
    rmSync(stores.file())
    if (how === 'replaced') renameSync(stores.file('.copy'), stores.file())
    const claims = await store.claim('batch', 1, everything)
    const [first, second] = await Promise.all([
      refusal(store.enqueue([newTask()])),
      refusal(store.settle(claims.map((claim) => succeeded(claim)))),
    ])
    expect(first.code).toBe('E_STORE_IO')
    expect(first.message).toContain(how)
    expect(second).toBe(first)
    expect(await refusal(store.get('o_1'))).toBe(first)
    expect(failures).toEqual([first])
  })
})

describe('a log left by an owner that died', () => {
  const FRAME = 4096 + 24

  /** The state of a store as if the power had failed: some commits in the log, none in the file. */
  async function diedWithLog(commits: number, ...last: NewTask[]): Promise<void> {
    const store = await stores.open()
    for (let commit = 0; commit < commits; commit++) await store.enqueue([newTask()])
    if (last.length > 0) await store.enqueue(last)
    for (const suffix of ['', '-wal']) copyFileSync(stores.file(suffix), stores.file(`.k${suffix}`))
    await store.close()
    for (const suffix of ['', '-wal']) renameSync(stores.file(`.k${suffix}`), stores.file(suffix))
  }

  /** Where each frame of the log begins that ends a commit, with the salts of the log's header. */
  function commitFrames(): number[] {
    const wal = readFileSync(stores.file('-wal'))
    const starts: number[] = []
    for (let at = 32; at + FRAME <= wal.length; at += FRAME) {
      const ours = wal.compare(wal, 16, 24, at + 8, at + 16) === 0
      if (ours && wal.readUInt32BE(at + 4) > 0) starts.push(at)
    }
    return starts
  }

  const flip = (at: number): void => {
    overwrite(stores.file('-wal'), at, Uint8Array.of(readFileSync(stores.file('-wal'))[at]! ^ 1))
  }

  test('is read whole when nothing is wrong with it', async () => {
    await diedWithLog(20)
    expect((await stores.open()).opened).toMatchObject({ pending: 20, clean: false })
  })

  test('a torn end is an unfinished commit, and only that is missing', async () => {
    await diedWithLog(20)
    truncateSync(stores.file('-wal'), commitFrames().at(-1)! + 100)
    expect((await stores.open()).opened.pending).toBe(19)
  })

  test('a break inside the last commit is an unfinished commit too: power loss keeps any part of it', async () => {
    await diedWithLog(20, newTask({ payload: '"x"'.padEnd(40_000) }))
    const [before, last] = commitFrames().slice(-2)
    expect((last! - before!) / FRAME).toBeGreaterThan(5)
    flip(before! + FRAME + 1_000)
    expect((await stores.open()).opened.pending).toBe(20)
  })

  test('an end of noise or of an older log is no damage', async () => {
    await diedWithLog(20)
    appendFileSync(stores.file('-wal'), Buffer.alloc(3 * FRAME, 0x5a))
    expect((await stores.open()).opened.pending).toBe(20)
  })

  test.for([
    ['the page', 24 + 1000],
    ['the checksum', 17],
    ['the salt', 9],
    ['the page number', 3],
  ] as const)(
    'one flipped bit in %s of an early frame is damage, named with its place',
    async ([, inFrame]) => {
      await diedWithLog(20)
      const at = commitFrames()[5]!
      flip(at + inFrame)
      const before = readFileSync(stores.file('-wal'))
      const { code, message } = await refusal(stores.store().open())
      expect(code).toBe('E_STORE_CORRUPT')
      expect(message).toContain(`frame ${(at - 32) / FRAME + 1} of`)
      expect(message).toContain(`at byte ${at}`)
      expect(readFileSync(stores.file('-wal'))).toEqual(before)
    },
  )

  test('a damaged header would lose the whole log', async () => {
    await diedWithLog(3)
    flip(5)
    expect((await refusal(stores.store().open())).message).toContain('header')
  })
})

describe('nowhere to write', () => {
  // root may write everywhere: there the test runs as somebody else for a moment.
  const asNobody = async (work: () => Promise<void>): Promise<void> => {
    const { getuid, seteuid } = process
    const root = getuid?.() === 0
    if (root) seteuid?.(65_534)
    try {
      await work()
    } finally {
      if (root) seteuid?.(0)
    }
  }

  test('a folder that takes no files', async () => {
    chmodSync(stores.folder, 0o555)
    await asNobody(async () => {
      expect((await refusal(stores.store().open())).code).toBe('E_STORE_READONLY')
    })
    chmodSync(stores.folder, 0o755)
  })

  test('a file that may only be read', async () => {
    await filledStore()
    const before = readFileSync(stores.file())
    chmodSync(stores.folder, 0o777)
    for (const suffix of ['', '.lock']) chmodSync(stores.file(suffix), 0o444)
    await asNobody(async () => {
      expect((await refusal(stores.store().open())).code).toBe('E_STORE_READONLY')
    })
    expect(readFileSync(stores.file())).toEqual(before)
  })
})
