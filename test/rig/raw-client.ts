import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import {
  CONTROL_PROTOCOL,
  decodeAnswer,
  decodeHello,
  encodeHello,
  encodeRequest,
  type Answer,
  type Hello,
  type RequestBody,
} from '../../src/protocol/control-frame.ts'
import { framed, FrameSplitter } from '../../src/protocol/frame-splitter.ts'

/** A client that does what no client of ours would: garbage, halves of frames, never reading. */
export class RawClient implements Disposable {
  readonly socket: Socket
  readonly answers: Answer[] = []
  hello: Hello | undefined
  readonly closed: Promise<unknown>
  readonly #splitter = new FrameSplitter(256 * 1024 * 1024)
  readonly #waiting: (() => void)[] = []
  #calls = 0

  constructor(store: string) {
    this.socket = connect(`${store}.sock`)
    this.closed = once(this.socket, 'close')
    this.socket.on('data', (bytes: Buffer) => {
      for (const frame of this.#splitter.push(bytes)) this.#heard(frame)
    })
    this.socket.on('error', () => undefined)
  }

  static async greeted(store: string): Promise<RawClient> {
    const client = new RawClient(store)
    client.greet(store)
    await client.until(() => client.hello !== undefined)
    return client
  }

  greet(store: string, protocol = CONTROL_PROTOCOL): void {
    const { dev, ino } = statSync(store)
    const hello = { protocol, engine: '0', pid: 1, store: `${dev}:${ino}`, payloadBytesMax: 0 }
    this.socket.write(framed(encodeHello(hello)))
  }

  frame(body: RequestBody): Uint8Array {
    return framed(encodeRequest({ call: ++this.#calls, ...body }))
  }

  send(body: RequestBody): number {
    this.socket.write(this.frame(body))
    return this.#calls
  }

  /** Why the owner ended the connection. */
  get farewell(): string | undefined {
    const last = this.answers.find(({ call, kind }) => call === 0 && kind === 'fault')
    return last?.kind === 'fault' ? last.fault.error.message : undefined
  }

  async until(happened: () => boolean): Promise<void> {
    while (!happened()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  #heard(frame: Uint8Array): void {
    if (this.hello === undefined) this.hello = decodeHello(frame)
    else {
      const answer = decodeAnswer(frame)
      if (answer === undefined) throw new Error('the owner sent what is no answer')
      this.answers.push(answer)
    }
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** A task as the wire has it. */
export function rawTask(
  type: string,
  payload: unknown,
  options: object,
): Extract<RequestBody, { kind: 'enqueue' }>['tasks'][number] {
  const bytes = new TextEncoder().encode(JSON.stringify(payload))
  return { type, payload: { bytes, binary: false }, options: JSON.stringify(options) }
}
