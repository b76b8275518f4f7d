import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Octopus } from '../../../src/main/index.ts'
import { socketPathOf } from '../../../src/main/control/socket-path.ts'
import { encodeHello } from '../../../src/protocol/control-frame.ts'
import { framed } from '../../../src/protocol/frame-splitter.ts'
import { startSocketOwner } from '../../rig/child.ts'
import { Rig } from '../../rig/engine.ts'

/** A store without an owner. */
async function ownerless(rig: Rig): Promise<string> {
  const store = rig.at('state.db')
  await (await rig.open({ store })).close()
  return store
}

/** Somebody else at the place of the socket. */
class Stranger implements AsyncDisposable {
  readonly server: Server

  constructor(heard: (socket: Socket) => void) {
    this.server = createServer((socket) => {
      socket.on('error', () => undefined)
      heard(socket)
    })
  }

  static async at(store: string, heard: (socket: Socket) => void): Promise<Stranger> {
    const stranger = new Stranger(heard)
    stranger.server.listen(`${store}.sock`)
    await once(stranger.server, 'listening')
    return stranger
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close()
  }
}

describe('a client is told what is at the place of the socket', () => {
  test('nothing: no process owns the store', async () => {
    await using rig = new Rig()
    const store = await ownerless(rig)
    await expect(Octopus.connect(store)).rejects.toMatchObject({
      code: 'E_NO_OWNER',
      message: `no process owns ${store}`,
      hint: expect.stringContaining('octopus start') as string,
    })
  })

  test('what a killed owner left behind: the same, and the next owner replaces it', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    await using owner = await startSocketOwner(store, 'idle')
    await owner.end('SIGKILL')
    expect(statSync(`${store}.sock`).isSocket()).toBe(true)
    await expect(Octopus.connect(store)).rejects.toMatchObject({
      code: 'E_NO_OWNER',
      message: `no process owns ${store}`,
    })
    await rig.open({ store })
    await using remote = await Octopus.connect(store)
    expect(remote.owner.pid).toBe(process.pid)
  })

  test('an owner that does not listen is named', async () => {
    await using rig = new Rig()
    const store = rig.at('state.db')
    await rig.open({ store, socket: false })
    expect(existsSync(`${store}.sock`)).toBe(false)
    await expect(Octopus.connect(store)).rejects.toMatchObject({
      code: 'E_NO_OWNER',
      message: expect.stringContaining(`process ${process.pid} (`) as string,
    })
    // The look at its lock took nothing from it.
    await expect(rig.open({ store })).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
  })

  test('a file', async () => {
    await using rig = new Rig()
    const store = await ownerless(rig)
    writeFileSync(`${store}.sock`, 'mine')
    const foreign = { code: 'E_SOCKET_FOREIGN', message: `${store}.sock is no socket` }
    await expect(Octopus.connect(store)).rejects.toMatchObject(foreign)
    await expect(rig.open({ store })).rejects.toMatchObject(foreign)
    expect(statSync(`${store}.sock`).size).toBe(4)
    await rig.open({ store, socket: false })
  })

  test('somebody who speaks something else, who closes at once, and whom no owner replaces', async () => {
    await using rig = new Rig()
    const store = await ownerless(rig)
    await using _ = await Stranger.at(store, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'))
    await expect(Octopus.connect(store)).rejects.toMatchObject({ code: 'E_SOCKET_FOREIGN' })
    await expect(rig.open({ store })).rejects.toMatchObject({
      code: 'E_SOCKET_FOREIGN',
      message: expect.stringContaining('somebody else listens') as string,
    })
  })

  test('an owner of another version: both are named', async () => {
    await using rig = new Rig()
    const store = await ownerless(rig)
    const hello = { protocol: 2, engine: '9.9.9', pid: 4711, store: '', payloadBytesMax: 1 }
    await using _ = await Stranger.at(store, (socket) => socket.write(framed(encodeHello(hello))))
    await expect(Octopus.connect(store)).rejects.toMatchObject({
      code: 'E_SOCKET_VERSION',
      message: expect.stringMatching(/4711.*9\.9\.9 \(protocol 2\).*this is.*protocol 1/) as string,
    })
  })

  test('the owner of another store', async () => {
    await using rig = new Rig()
    const store = await ownerless(rig)
    const hello = { protocol: 1, engine: '1', pid: 4711, store: '1:1', payloadBytesMax: 1 }
    await using _ = await Stranger.at(store, (socket) => socket.write(framed(encodeHello(hello))))
    await expect(Octopus.connect(store)).rejects.toMatchObject({
      code: 'E_SOCKET_FOREIGN',
      message: expect.stringContaining('another store') as string,
    })
  })
})

test('a task whose acknowledgement is lost is sent again, and is the same task', async () => {
  await using rig = new Rig()
  const store = rig.at('state.db')
  const owner = await rig.open({ store, autostart: false })
  renameSync(`${store}.sock`, `${store}.real`)
  let lost = 0
  // Between the two: passes the greeting on, and loses the first answer together with its connection.
  await using _ = await Stranger.at(store, (client) => {
    const real = connect(`${store}.real`)
    client.pipe(real)
    client.on('close', () => real.destroy())
    real.once('data', (greeting: Buffer) => {
      client.write(greeting)
      real.on('data', (answer: Buffer) => {
        if (lost++ < 2) client.destroy()
        else client.write(answer)
      })
    })
  })
  await using remote = await Octopus.connect(store)
  const { id } = await remote.enqueue({ type: 'fails', payload: { ways: ['ok'] } })
  const many = await remote.enqueueMany([{ type: 'fails', payload: { ways: ['ok'] } }])
  expect(lost).toBe(4)
  expect(owner.status().queuedTasks).toBe(2)
  expect((await owner.list()).tasks.map((task) => task.id)).toEqual([id, many.id(0)])
})

describe('the place of the socket', () => {
  test('is one for all names of a store', async () => {
    await using rig = new Rig()
    mkdirSync(rig.at('deep'))
    symlinkSync(rig.at('deep'), rig.at('link'))
    await rig.open({ store: rig.at('deep/state.db') })
    await using remote = await Octopus.connect(rig.at('link/state.db'))
    expect(await remote.types()).toContain('hold')
  })

  test('is another where the name is too long for a socket, the same for both sides', async () => {
    await using rig = new Rig()
    const folder = join(rig.folder, 'x'.repeat(60), 'y'.repeat(60))
    mkdirSync(folder, { recursive: true })
    const store = join(folder, 'state.db')
    const path = socketPathOf(store)
    expect(path).toMatch(/^\/tmp\/octopus-\d+\/[0-9a-f]{32}\.sock$/)
    const owner = await rig.open({ store })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
    const remote = await Octopus.connect(store)
    expect(await remote.types()).toEqual(owner.types())
    await remote.close()
    await owner.close()
    expect(existsSync(path)).toBe(false)
  })

  test('takes every name up to the limit of the system', () => {
    for (let length = 60; length < 130; length++) {
      const path = socketPathOf(`/${'s'.repeat(length)}`, 'linux')
      expect(Buffer.byteLength(`${path}~/s`)).toBeLessThanOrEqual(107)
    }
    expect(socketPathOf('C:\\octopus\\state.db', 'win32')).toMatch(/^\\\\\.\\pipe\\octopus-\w{32}$/)
  })

  test('is closed to others whatever the umask, and that is left alone', async () => {
    await using rig = new Rig()
    const before = process.umask(0)
    try {
      const store = rig.at('open.db')
      await rig.open({ store })
      expect(statSync(`${store}.sock`).mode & 0o777).toBe(0o600)
      expect(process.umask(0)).toBe(0)
      expect(existsSync(`${store}.sock~`)).toBe(false)
    } finally {
      process.umask(before)
    }
  })

  test('is free although an owner died while it opened', async () => {
    await using rig = new Rig()
    const store = await ownerless(rig)
    mkdirSync(`${store}.sock~`)
    writeFileSync(`${store}.sock~/s`, 'left behind')
    await rig.open({ store })
    await using remote = await Octopus.connect(store)
    expect(await remote.types()).toContain('hold')
  })
})
