import type { Socket } from 'node:net'
import {
  CONTROL_PROTOCOL,
  decodeHello,
  decodeRequest,
  encodeHello,
  FRAME_SLACK_BYTES,
  HELLO_BYTES_MAX,
  type AnswerBody,
  type Hello,
  type Request,
} from '../../protocol/control-frame.ts'
import type { Clock } from '../../protocol/clock.ts'
import { OctopusError } from '../../protocol/errors.ts'
import { framed, FrameError, FrameSplitter } from '../../protocol/frame-splitter.ts'
import type { NewTask } from '../store/store.ts'
import type { Engine } from '../engine.ts'
import { answerQuestion, type Desk } from './desk.ts'
import { Ends } from './ends.ts'
import { faultOf } from './fault.ts'
import { Outbox } from './outbox.ts'
import { Streams } from './streams.ts'
import { prepareChunk, RefusedChunk, takeChunk, takeEach } from './take-tasks.ts'

/** What every connection of one owner shares. */
export interface Service {
  readonly engine: Engine
  readonly desk: Desk
  readonly clock: Clock
  /** How the owner introduces itself. */
  readonly hello: Hello
}

/** Requests of one client under work; nothing more is read from it meanwhile. */
const UNDER_WORK_MAX = 64
const GREETING_MS = 5_000
/** How long a client may take to read why it is let go. */
const FAREWELL_MS = 1_000

/**
 * One client of the owner. Whatever it does, it costs this connection and no more: its frames are bounded, so is what is
 * under work and unread, and what it says is acted on only in whole frames that decode.
 */
export class Connection {
  readonly #socket: Socket
  readonly #service: Service
  readonly #splitter = new FrameSplitter(HELLO_BYTES_MAX)
  readonly #outbox: Outbox
  readonly #ends: Ends
  readonly #streams: Streams
  #callOff: () => void
  #greeted = false
  #letGo = false
  #underWork = 0
  #bytesUnderWork = 0
  /** Chunks are checked one after the other, so that their order is the client's. */
  #preparing: Promise<unknown> = Promise.resolve()

  constructor(socket: Socket, service: Service) {
    this.#socket = socket
    this.#service = service
    this.#outbox = new Outbox(socket, () => this.letGo('it reads its events too slowly'))
    this.#ends = new Ends(service.engine, this.#outbox)
    this.#streams = new Streams(service.engine, this.#outbox)
    this.#callOff = service.clock.after(GREETING_MS, () => this.letGo('it said nothing'))
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    // Whatever went wrong with the socket, 'close' follows, and the client comes back if it wants to.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#over())
    socket.unref()
  }

  /** Tells the client why, as far as it still reads, and ends. */
  letGo(why: string): void {
    if (this.#letGo) return
    this.#letGo = true
    const error = new OctopusError('E_USAGE', `the owner let this client go: ${why}`, {
      hint: 'Connect again.',
    })
    this.#outbox.send({ call: 0, kind: 'fault', fault: faultOf(error) })
    this.#streams.stopAll()
    this.#callOff()
    this.#callOff = this.#service.clock.after(FAREWELL_MS, () => this.#socket.destroy())
    this.#socket.end()
  }

  /** After the last answer. */
  close(): void {
    this.#socket.destroySoon()
  }

  #over(): void {
    this.#letGo = true
    this.#callOff()
    this.#streams.stopAll()
    this.#ends.forget()
  }

  #read(bytes: Uint8Array): void {
    try {
      for (const frame of this.#splitter.push(bytes)) {
        if (this.#letGo) return
        if (this.#greeted) this.#heard(frame)
        else this.#greet(frame)
      }
      // Who does not read is not listened to either.
      if (!this.#outbox.hasRoom) this.#count(0, 0)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.letGo(error.message)
    }
  }

  #greet(frame: Uint8Array): void {
    const theirs = decodeHello(frame)
    if (theirs === undefined) return this.letGo('its first frame is no greeting')
    const { hello } = this.#service
    // Said to another version too: it is the other side that tells its user which two versions met.
    this.#socket.write(framed(encodeHello(hello)))
    if (theirs.protocol !== CONTROL_PROTOCOL)
      return this.letGo(`it speaks protocol ${theirs.protocol}`)
    this.#greeted = true
    this.#callOff()
    this.#splitter.bytesMax = hello.payloadBytesMax + FRAME_SLACK_BYTES
  }

  #heard(frame: Uint8Array): void {
    const request = decodeRequest(frame)
    if (request === undefined) return this.letGo('a frame of its is no request')
    switch (request.kind) {
      case 'enqueue':
        return this.#work(request.call, frame.byteLength, () => this.#take(request))
      case 'ask':
        return this.#work(request.call, frame.byteLength, () => this.#answer(request))
      case 'end':
        return this.#ends.wait(request.call, request.task)
      case 'progress':
        return this.#streams.progress(request.call, request.task)
      case 'watch':
        return this.#streams.watch(request.call, request.kinds)
      case 'stop':
        return this.#streams.stop(request.call)
    }
  }

  #work(call: number, bytes: number, work: () => Promise<AnswerBody>): void {
    this.#count(1, bytes)
    work()
      .catch((error: unknown): AnswerBody => ({ kind: 'fault', fault: chunkFault(error) }))
      .then((answer) => {
        this.#outbox.send({ call, ...answer })
        this.#count(-1, -bytes)
      })
      .catch((error: unknown) => this.letGo(`an answer to it failed: ${String(error)}`))
  }

  #count(requests: number, bytes: number): void {
    this.#underWork += requests
    this.#bytesUnderWork += bytes
    const busy = this.#underWork >= UNDER_WORK_MAX || this.#bytesUnderWork > this.#splitter.bytesMax
    if (busy) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  async #answer({ question, args }: Request & { readonly kind: 'ask' }): Promise<AnswerBody> {
    await this.#outbox.room()
    const { desk, engine } = this.#service
    return answerQuestion(desk, engine, question, args)
  }

  async #take({ tasks, together }: Request & { readonly kind: 'enqueue' }): Promise<AnswerBody> {
    const { engine } = this.#service
    if (!together) return takeEach(engine, tasks)
    const before = this.#preparing
    const preparing: Promise<NewTask[]> = before.then(() => prepareChunk(engine, tasks))
    this.#preparing = preparing.catch(() => undefined)
    return takeChunk(engine, await preparing)
  }
}

function chunkFault(error: unknown): ReturnType<typeof faultOf> {
  return error instanceof RefusedChunk ? faultOf(error.cause, error.at) : faultOf(error)
}
