import { OctopusError } from '../protocol/errors.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import { dependencyOrder, outsideIds } from './dependency-order.ts'
import type { Intake } from './intake.ts'
import type { NewTask } from './store/store.ts'
import { AcceptedList } from './task-handle.ts'

/** How many go to the store in one write, and how many such writes may be under way. */
export const CHUNK_TASKS = 512
export const CHUNKS_IN_FLIGHT = 4

/** From one item of the caller's to what the store takes. */
export type Prepare<Item> = (item: Item) => NewTask | Promise<NewTask>

/**
 * Accepts items of any number, chunk by chunk, in their order. What was written before an item failed stays. `placeOf` says
 * where the caller has the item that was read as the nth.
 * @throws OctopusError of the item, naming its place
 */
export async function enqueueAll<Item>(
  intake: Intake,
  items: Iterable<Item> | AsyncIterable<Item>,
  prepare: Prepare<Item>,
  placeOf: (read: number) => number = (read) => read,
): Promise<AcceptedList> {
  const list = new AcceptedList()
  const inFlight: Promise<void>[] = []
  let read = 0
  try {
    for await (const chunk of chunks(items, CHUNK_TASKS)) {
      // A store in memory answers within the same turn: without this the loop would turn only at the end.
      await new Promise((resolve) => setImmediate(resolve))
      const tasks = await prepareAll(chunk, prepare, read, placeOf)
      read += chunk.length
      if (inFlight.length >= CHUNKS_IN_FLIGHT) await inFlight.shift()
      const written = write(intake, tasks, list)
      // Whoever awaits it hears of its failure; until then it must not end the process as one nobody heard of.
      written.catch(() => undefined)
      inFlight.push(written)
    }
  } finally {
    await Promise.allSettled(inFlight)
  }
  await Promise.all(inFlight)
  return list
}

/** Accepts tasks by type. Of an array in which some wait for others, all of it is ordered first. */
export function enqueueSpecs(
  intake: Intake,
  specs: Specs,
  prepare: Prepare<TaskSpec>,
): Promise<AcceptedList> {
  return enqueueLinked(
    specs,
    (ids) => intake.known(ids),
    (ordered, placeOf) => enqueueAll(intake, ordered, prepare, placeOf),
  )
}

export type Specs = Iterable<TaskSpec> | AsyncIterable<TaskSpec>

/**
 * Hands tasks on to `enqueue`. An array of tasks of which some wait for others of it, wherever those stand, goes parents
 * first, each with the rank that its place in the longest chain gives it; the list is in the array's own order.
 * @throws OctopusError E_CYCLE, E_UNKNOWN_TASK: nothing was accepted then
 */
export async function enqueueLinked(
  specs: Specs,
  known: (ids: readonly string[]) => Promise<(id: string) => boolean>,
  enqueue: (specs: Specs, placeOf?: (read: number) => number) => Promise<AcceptedList>,
): Promise<AcceptedList> {
  if (!isLinked(specs)) return enqueue(specs)
  const { order, levels } = dependencyOrder(specs, await known(outsideIds(specs)))
  const ordered = order.flatMap((at) => {
    const spec = specs[at]
    return spec === undefined ? [] : [{ level: levels[at] ?? 0, ...spec }]
  })
  const written = await enqueue(ordered, (place) => order[place] ?? place)
  const places = new Uint32Array(order.length)
  for (const [place, at] of order.entries()) places[at] = place
  const list = new AcceptedList()
  for (const place of places) list.push(written.at(place))
  return list
}

function isLinked(specs: Specs): specs is readonly TaskSpec[] {
  return Array.isArray(specs) && specs.some(({ after }: TaskSpec) => after !== undefined)
}

async function write(intake: Intake, tasks: readonly NewTask[], list: AcceptedList): Promise<void> {
  for (const one of await intake.enqueueAll(tasks)) list.push(one)
}

async function prepareAll<Item>(
  chunk: readonly Item[],
  prepare: Prepare<Item>,
  readBefore: number,
  placeOf: (read: number) => number,
): Promise<NewTask[]> {
  const tasks: NewTask[] = []
  for (const [at, item] of chunk.entries()) {
    try {
      const task = prepare(item)
      tasks.push(task instanceof Promise ? await task : task)
    } catch (error) {
      throw placed(error, placeOf(readBefore + at), readBefore)
    }
  }
  return tasks
}

/** A refusal of one item, naming its place in the call. */
export function placed(error: unknown, at: number, written: number): unknown {
  if (!(error instanceof OctopusError)) return error
  const { code, hint, message } = error
  return new OctopusError(code, `task ${at} of the call: ${message}`, {
    cause: error,
    hint: `${hint ?? ''} The ${written} tasks before its chunk went to the store.`.trim(),
  })
}

export async function* chunks<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Item[]> {
  let chunk: Item[] = []
  if (Symbol.iterator in items) {
    for (const item of items) {
      if (chunk.push(item) === size) {
        yield chunk
        chunk = []
      }
    }
  } else {
    for await (const item of items) {
      if (chunk.push(item) === size) {
        yield chunk
        chunk = []
      }
    }
  }
  if (chunk.length > 0) yield chunk
}
