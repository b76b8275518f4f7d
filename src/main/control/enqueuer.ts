import type { AcceptedTask, AnswerBody, TaskToEnqueue } from '../../protocol/control-frame.ts'
import type { Calls } from './calls.ts'
import { errorOf, unexpected } from './fault.ts'

/** Tasks and payload bytes of one frame; a single task may be larger. */
const FRAME_TASKS_MAX = 512
const FRAME_BYTES = 1024 * 1024
/** Frames on their way. The owner reads 64 requests of a client at once: there is always room for a question. */
const FRAMES_MAX = 8

export type Accept = (accepted: {
  readonly seq: number
  readonly created: boolean
  readonly settledCount: number
}) => void

interface Waiting {
  readonly task: TaskToEnqueue
  readonly accept: Accept
  readonly reject: (error: unknown) => void
}

/** Takes tasks to the owner: those of one turn in one frame, and never more frames at once than it can hold. */
export class Enqueuer {
  readonly #calls: Calls
  #batch: Waiting[] = []
  #flushing = false
  #frames = 0
  readonly #waiting: (() => void)[] = []

  constructor(calls: Calls) {
    this.#calls = calls
  }

  enqueue(waiting: Waiting): void {
    this.#batch.push(waiting)
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => void this.#flush())
  }

  /** All or, when one of them is wrong, none. @throws RefusedTask naming which */
  async enqueueChunk(tasks: readonly TaskToEnqueue[]): Promise<readonly AcceptedTask[]> {
    await this.#acquire()
    const { tasks: accepted } = await this.#frame(tasks, true)
    return accepted
  }

  async #flush(): Promise<void> {
    while (this.#batch.length > 0) {
      await this.#acquire()
      const [frame = [], ...rest] = framesOf(this.#batch, ({ task }) => task)
      this.#batch = rest.flat()
      void this.#deliver(frame)
    }
    this.#flushing = false
  }

  async #deliver(frame: readonly Waiting[]): Promise<void> {
    try {
      const tasks = frame.map(({ task }) => task)
      const { tasks: accepted, settledCount } = await this.#frame(tasks, false)
      for (const [at, { accept, reject }] of frame.entries()) {
        const one = accepted[at]
        if (one === undefined) reject(new RangeError('the owner answered for fewer tasks'))
        else if (one.fault === undefined) accept({ ...one, settledCount })
        else reject(errorOf(one.fault))
      }
    } catch (error) {
      for (const { reject } of frame) reject(error)
    }
  }

  /** In a place that was acquired, which it gives back. */
  async #frame(
    tasks: readonly TaskToEnqueue[],
    together: boolean,
  ): Promise<AnswerBody & { readonly kind: 'accepted' }> {
    try {
      const answer = await this.#calls.ask({ kind: 'enqueue', tasks, together })
      if (answer.kind === 'accepted') return answer
      if (answer.kind !== 'fault') throw unexpected(answer)
      const error = errorOf(answer.fault)
      throw together ? new RefusedTask(answer.fault.at, error) : error
    } finally {
      this.#frames -= 1
      this.#waiting.shift()?.()
    }
  }

  async #acquire(): Promise<void> {
    while (this.#frames >= FRAMES_MAX)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#frames += 1
  }
}

/** Why a chunk was refused, and which of its tasks was wrong. */
export class RefusedTask extends Error {
  readonly at: number

  constructor(at: number, cause: unknown) {
    super('a task of a chunk was refused', { cause })
    this.at = at
  }
}

/** In their order, cut where a frame would become too large. */
export function framesOf<Item>(
  items: readonly Item[],
  taskOf: (item: Item) => TaskToEnqueue,
): Item[][] {
  const frames: Item[][] = []
  let frame: Item[] = []
  let bytes = 0
  for (const item of items) {
    const { payload, options } = taskOf(item)
    const size = payload.bytes.byteLength + options.length
    if (frame.length === FRAME_TASKS_MAX || (frame.length > 0 && bytes + size > FRAME_BYTES)) {
      frames.push(frame)
      frame = []
      bytes = 0
    }
    frame.push(item)
    bytes += size
  }
  if (frame.length > 0) frames.push(frame)
  return frames
}
