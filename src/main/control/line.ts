import { connect, type Socket } from 'node:net'
import type { Clock } from '../../protocol/clock.ts'
import {
  CONTROL_PROTOCOL,
  decodeAnswer,
  decodeHello,
  encodeHello,
  encodeRequest,
  HELLO_BYTES_MAX,
  type Answer,
  type Hello,
  type Request,
} from '../../protocol/control-frame.ts'
import type { OctopusError } from '../../protocol/errors.ts'
import { framed, FrameError, FrameSplitter } from '../../protocol/frame-splitter.ts'
import { foreign, otherVersion, unreachable } from './refusals.ts'

/** A record may hold a payload and a result of 64 MiB each. Memory is taken only for what has arrived. */
const ANSWER_BYTES_MAX = 160 * 1024 * 1024
const GREETING_MS = 5_000

export interface LineEvents {
  answer(answer: Answer): void
  /** Once; nothing follows. */
  ended(why: Error | undefined): void
}

/** One connection to an owner, from its greeting to its end. It keeps the process alive only when told to. */
export class Line {
  readonly owner: Hello
  readonly #socket: Socket

  /** @throws OctopusError E_NO_OWNER, E_SOCKET_FOREIGN, E_SOCKET_VERSION */
  static open(path: string, mine: Hello, clock: Clock, events: LineEvents): Promise<Line> {
    return new Promise((resolve, reject) => {
      const socket = connect(path)
      const splitter = new FrameSplitter(HELLO_BYTES_MAX)
      let line: Line | undefined
      let why: Error | undefined
      const refuse = (error: OctopusError): void => {
        why = error
        socket.destroy()
        reject(error)
      }
      const callOff = clock.after(GREETING_MS, () =>
        refuse(foreign(path, 'did not answer as an owner does within 5 s')),
      )
      const greet = (frame: Uint8Array): void => {
        const owner = decodeHello(frame)
        if (owner === undefined) return refuse(foreign(path, 'is not the socket of an owner'))
        if (owner.protocol !== CONTROL_PROTOCOL) return refuse(otherVersion(path, mine, owner))
        if (owner.store !== mine.store) return refuse(foreign(path, 'speaks for another store'))
        callOff()
        splitter.bytesMax = ANSWER_BYTES_MAX
        line = new Line(socket, owner)
        resolve(line)
      }
      const hear = (frame: Uint8Array): void => {
        const answer = decodeAnswer(frame)
        if (answer === undefined) throw new FrameError('a frame that is no answer')
        events.answer(answer)
      }
      socket.on('connect', () => socket.write(framed(encodeHello(mine))))
      socket.on('data', (bytes: Buffer) => {
        try {
          for (const frame of splitter.push(bytes)) {
            if (why !== undefined) return
            if (line === undefined) greet(frame)
            else hear(frame)
          }
        } catch (error) {
          if (!(error instanceof FrameError)) throw error
          refuse(foreign(path, `sent ${error.message}`))
        }
      })
      socket.on('error', (error) => {
        why = error
      })
      socket.on('close', () => {
        callOff()
        if (line === undefined) reject(unreachable(path, why))
        else events.ended(why)
      })
    })
  }

  private constructor(socket: Socket, owner: Hello) {
    this.#socket = socket
    this.owner = owner
  }

  send(request: Request): void {
    this.#socket.write(framed(encodeRequest(request)))
  }

  keepAlive(yes: boolean): void {
    if (yes) this.#socket.ref()
    else this.#socket.unref()
  }

  close(): void {
    this.#socket.destroy()
  }
}
