import type { AcceptedTask, TaskToEnqueue } from '../../protocol/control-frame.ts'
import { taskId } from '../../protocol/task.ts'
import { CHUNKS_IN_FLIGHT, chunks, CHUNK_TASKS, placed } from '../enqueue-many.ts'
import { AcceptedList } from '../task-handle.ts'
import { framesOf, RefusedTask, type Enqueuer } from './enqueuer.ts'

export interface WireTask {
  readonly id: string
  readonly wire: TaskToEnqueue
}

/**
 * Takes items of any number to the owner, chunk by chunk, in their order; reads on only as the owner accepts.
 * @throws OctopusError of the item, naming its place; what was accepted before stays
 */
export async function enqueueRemotely<Item>(
  enqueuer: Enqueuer,
  items: Iterable<Item> | AsyncIterable<Item>,
  wireOf: (item: Item) => WireTask,
  placeOf: (read: number) => number = (read) => read,
): Promise<AcceptedList> {
  const list = new AcceptedList()
  const inFlight: Promise<Sent>[] = []
  let read = 0
  try {
    for await (const chunk of chunks(items, CHUNK_TASKS)) {
      for (const frame of framesOf(wireAll(chunk, wireOf, read, placeOf), ({ wire }) => wire)) {
        if (inFlight.length >= CHUNKS_IN_FLIGHT) keep(list, await inFlight.shift())
        const sent = send(enqueuer, frame, read, placeOf)
        // Whoever awaits it hears of its failure; until then it must not end the process as one nobody heard of.
        sent.catch(() => undefined)
        inFlight.push(sent)
        read += frame.length
      }
    }
  } finally {
    await Promise.allSettled(inFlight)
  }
  for (const sent of inFlight) keep(list, await sent)
  return list
}

interface Sent {
  readonly frame: readonly WireTask[]
  readonly accepted: readonly AcceptedTask[]
}

async function send(
  enqueuer: Enqueuer,
  frame: readonly WireTask[],
  read: number,
  placeOf: (read: number) => number,
): Promise<Sent> {
  try {
    return { frame, accepted: await enqueuer.enqueueChunk(frame.map(({ wire }) => wire)) }
  } catch (error) {
    throw error instanceof RefusedTask ? placed(error.cause, placeOf(read + error.at), read) : error
  }
}

function keep(list: AcceptedList, sent: Sent | undefined): void {
  for (const [at, one] of sent?.accepted.entries() ?? []) {
    const id = sent?.frame[at]?.id
    if (one.fault === undefined && id !== undefined)
      list.push({ seq: one.seq, named: taskId(id), created: one.created })
  }
}

function wireAll<Item>(
  chunk: readonly Item[],
  wireOf: (item: Item) => WireTask,
  read: number,
  placeOf: (read: number) => number,
): WireTask[] {
  return chunk.map((item, at) => {
    try {
      return wireOf(item)
    } catch (error) {
      throw placed(error, placeOf(read + at), read)
    }
  })
}
