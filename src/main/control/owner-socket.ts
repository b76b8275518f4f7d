import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { CONTROL_PROTOCOL } from '../../protocol/control-frame.ts'
import { systemClock } from '../../protocol/clock.ts'
import { OctopusError } from '../../protocol/errors.ts'
import type { Engine } from '../engine.ts'
import { engineVersion } from '../engine-version.ts'
import { realStorePath } from '../store/store-files.ts'
import { Connection, type Service } from './connection.ts'
import type { Desk } from './desk.ts'
import { bornAt, preparePlace, socketPathOf } from './socket-path.ts'
import { storeIdentity } from './store-identity.ts'

const CONNECTIONS_MAX = 1_000

/** The owner's end of the control socket: from when its store is open until just before it lets go of it. */
export class OwnerSocket {
  readonly #server: Server
  readonly #path: string
  readonly #inode: number | undefined
  readonly #connections: ReadonlySet<Connection>

  /**
   * Only for who holds the store's lock: a socket that is there belongs to an owner that died, unless it answers.
   * @throws OctopusError E_SOCKET_FOREIGN for a file or a listener of somebody else's at its place, E_CONFIG when the
   * file system holds no sockets
   */
  static async listen(engine: Engine, desk: Desk, store: string): Promise<OwnerSocket> {
    const real = realStorePath(store)
    const path = socketPathOf(real)
    preparePlace(path)
    await refuseForeign(path)
    const service = serviceOf(engine, desk, real)
    const connections = new Set<Connection>()
    const server = createServer((socket) => {
      const connection = new Connection(socket, service)
      connections.add(connection)
      socket.on('close', () => connections.delete(connection))
    })
    server.maxConnections = CONNECTIONS_MAX
    await bind(server, path)
    // A connection that could not be taken is its client's to try again.
    server.on('error', () => undefined)
    server.unref()
    return new OwnerSocket(server, path, connections)
  }

  private constructor(server: Server, path: string, connections: ReadonlySet<Connection>) {
    this.#server = server
    this.#path = path
    this.#connections = connections
    this.#inode = isPipe(path) ? undefined : statSync(path).ino
  }

  /** Nobody new finds it; who is connected stays. Its name goes only if it still is its own. */
  leave(): void {
    if (this.#inode !== undefined) {
      const found = statSync(this.#path, { throwIfNoEntry: false })
      if (found?.ino === this.#inode) rmSync(this.#path, { force: true })
    }
    this.#server.close()
  }

  /** Everybody is told what they were to be told; the rest they ask of the successor. */
  close(): void {
    for (const connection of this.#connections) connection.close()
  }
}

function serviceOf(engine: Engine, desk: Desk, store: string): Service {
  return {
    engine,
    desk,
    clock: systemClock,
    hello: {
      protocol: CONTROL_PROTOCOL,
      engine: engineVersion(),
      pid: process.pid,
      store: storeIdentity(store) ?? '',
      payloadBytesMax: engine.config.payloadBytesMax,
    },
  }
}

function isPipe(path: string): boolean {
  return path.startsWith('\\\\.\\pipe\\')
}

async function bind(server: Server, path: string): Promise<void> {
  try {
    if (isPipe(path)) return await listening(server, path)
    const birthplace = `${path}~`
    // Left by an owner that died while it opened.
    rmSync(birthplace, { recursive: true, force: true })
    mkdirSync(birthplace, { mode: 0o700 })
    await listening(server, bornAt(path))
    chmodSync(bornAt(path), 0o600)
    renameSync(bornAt(path), path)
    rmSync(birthplace, { recursive: true })
  } catch (error) {
    server.close()
    throw new OctopusError(
      'E_CONFIG',
      `option socket: cannot listen at ${path}: ${String(error)}`,
      {
        hint: 'Put the store where sockets can be, or set the option socket to false.',
        cause: error,
      },
    )
  }
}

async function listening(server: Server, path: string): Promise<void> {
  server.listen(path)
  await once(server, 'listening')
}

async function refuseForeign(path: string): Promise<void> {
  const found = isPipe(path) ? undefined : lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw foreign(path, 'is no socket')
  if (await answers(path)) throw foreign(path, 'is a socket somebody else listens on')
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function foreign(path: string, what: string): OctopusError {
  return new OctopusError('E_SOCKET_FOREIGN', `${path} ${what}`, {
    hint: 'Move it away, or set the option socket to false. It was not touched.',
  })
}
