import type { Socket } from 'node:net'
import { encodeAnswer, type Answer } from '../../protocol/control-frame.ts'
import { framed } from '../../protocol/frame-splitter.ts'

/** Written and not read by the client: beyond this nothing is added that can wait. */
const UNREAD_BYTES_MAX = 1024 * 1024
/** Events kept for a client that does not read; progress is dropped first, and beyond it the client is let go. */
const EVENTS_MAX = 10_000
const EVENT_BYTES_MAX = 8 * 1024 * 1024

interface KeptEvent {
  readonly answer: Answer
  readonly isProgress: boolean
  readonly bytes: number
}

/**
 * What goes to one client. A client that does not read costs a bounded amount: what can be made again waits until there
 * is room (`room`), progress is overtaken by its newest (`latest`), events are kept up to a limit (`event`).
 */
export class Outbox {
  readonly #socket: Socket
  readonly #tooSlow: () => void
  readonly #latest = new Map<number, Answer>()
  #waiting: (() => void)[] = []
  #events: KeptEvent[] = []
  #eventBytes = 0
  #corked = false

  constructor(socket: Socket, tooSlow: () => void) {
    this.#socket = socket
    this.#tooSlow = tooSlow
    socket.on('drain', () => this.#drained())
  }

  get hasRoom(): boolean {
    return this.#socket.writableLength < UNREAD_BYTES_MAX
  }

  /** Resolves when the client has read; never when it is gone. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  send(answer: Answer): void {
    if (!this.#socket.writable) return
    this.#cork()
    this.#socket.write(framed(encodeAnswer(answer)))
  }

  /** Only the newest answer of a call counts: an older one that was not sent yet is forgotten. */
  latest(answer: Answer): void {
    if (this.hasRoom) this.send(answer)
    else this.#latest.set(answer.call, answer)
  }

  event(answer: Answer, isProgress: boolean, bytes: number): void {
    if (this.hasRoom && this.#events.length === 0) return this.send(answer)
    this.#events.push({ answer, isProgress, bytes })
    this.#eventBytes += bytes
    if (this.#isOver()) this.#dropProgress()
    if (this.#isOver()) this.#tooSlow()
  }

  /** Forgets what has not been sent of a call. */
  forget(call: number): void {
    this.#latest.delete(call)
    this.#keep(this.#events.filter(({ answer }) => answer.call !== call))
  }

  #isOver(): boolean {
    return this.#events.length > EVENTS_MAX || this.#eventBytes > EVENT_BYTES_MAX
  }

  /** The older half, so that not every further event pays for a pass over all. */
  #dropProgress(): void {
    let left = Math.ceil(this.#events.filter(({ isProgress }) => isProgress).length / 2)
    this.#keep(this.#events.filter(({ isProgress }) => !isProgress || left-- <= 0))
  }

  #keep(events: KeptEvent[]): void {
    this.#events = events
    this.#eventBytes = events.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #drained(): void {
    const events = this.#events.splice(0)
    this.#eventBytes = 0
    for (const { answer } of events) this.send(answer)
    for (const answer of this.#latest.values()) this.send(answer)
    this.#latest.clear()
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** One write for all answers of a turn. */
  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }
}
