import { LevelHeap } from './level-heap.ts'
import type { ReadyTask } from './ready-task.ts'

/**
 * The embedded stores' order of what is ready: for each priority what has a level, the highest first, then a first-in
 * first-out lane. A waiting task costs 18
 * bytes here and no object; its envelope stays on disk.
 *
 * ```
 * priority 255 … 0     each   a heap of what has a level      (tasks of a graph; mostly there is none)
 *                        then a chain of chunks:  [· · s s s]→[s s s ·]
 *                                                      ▲ head       ▲ tail
 * ```
 */
export class ReadyQueue {
  readonly #lanes: (Lane | undefined)[] = []
  readonly #heaps: (LevelHeap | undefined)[] = []
  /** In all heaps: while it is 0, nobody looks at them. */
  #levelled = 0
  #count = 0
  #top = -1
  #fence = false

  get count(): number {
    return this.#count
  }

  /** The highest priority that waits, or -1. */
  get headPriority(): number {
    while (this.#top >= 0 && this.#isEmpty(this.#top)) this.#top -= 1
    return this.#top
  }

  push(priority: number, task: ReadyTask, level = 0): void {
    if (level > 0) this.#heap(priority).push({ ...task, level })
    else this.#lane(priority).push(task)
    this.#count += 1
    if (priority > this.#top) this.#top = priority
  }

  /** A hand-back: it was first once and is first again, behind those handed back that had been ready before it. */
  pushFront(priority: number, task: ReadyTask, level = 0): void {
    if (level > 0) this.#heap(priority).pushOpen({ ...task, level })
    else this.#lane(priority).unshift(task)
    this.#count += 1
    if (priority > this.#top) this.#top = priority
  }

  /** The next task, if `admit` takes its type; with a fence up, only what stood before it. */
  take(
    admit: (typeIndex: number) => boolean,
  ): (ReadyTask & { readonly priority: number }) | undefined {
    for (let priority = this.headPriority; priority >= 0; priority--) {
      const place = this.#next(priority)
      if (place === undefined) continue
      if (!admit(place.headType)) return undefined
      this.#count -= 1
      if (place instanceof LevelHeap) this.#levelled -= 1
      const { seq, typeIndex, readyAtMs } = place.shift()
      return { seq, typeIndex, readyAtMs, priority }
    }
    return undefined
  }

  /** The seqs at the head of the order, at most `max`, without taking them. */
  peek(max: number): number[] {
    const seqs: number[] = []
    for (let priority = this.headPriority; priority >= 0 && seqs.length < max; priority--) {
      if (this.#levelled > 0) this.#heaps[priority]?.peek(max, seqs)
      this.#lanes[priority]?.peek(max, seqs)
    }
    return seqs
  }

  /** Takes the given seqs out wherever they stand; returns those that were here. */
  remove(seqs: ReadonlySet<number>): (ReadyTask & { readonly priority: number })[] {
    const removed: (ReadyTask & { readonly priority: number })[] = []
    for (const [priority, lane] of this.#lanes.entries()) {
      for (const task of lane?.remove(seqs) ?? []) removed.push({ ...task, priority })
    }
    for (const [priority, heap] of this.#heaps.entries()) {
      const taken = heap?.remove(seqs) ?? []
      this.#levelled -= taken.length
      for (const { seq, typeIndex, readyAtMs } of taken)
        removed.push({ seq, typeIndex, readyAtMs, priority })
    }
    this.#count -= removed.length
    return removed
  }

  /** From now on only what stands here now is given, until `lift`. */
  fence(): void {
    for (const lane of this.#lanes) lane?.fence()
    for (const heap of this.#heaps) heap?.fence()
    this.#fence = true
  }

  fenced(): number {
    let open = 0
    for (const lane of this.#lanes) open += lane?.open ?? 0
    for (const heap of this.#heaps) open += heap?.open ?? 0
    return open
  }

  lift(): void {
    for (const lane of this.#lanes) lane?.lift()
    for (const heap of this.#heaps) heap?.lift()
    this.#fence = false
  }

  /** Where the next of this priority stands; undefined when none may be given. */
  #next(priority: number): Lane | LevelHeap | undefined {
    const heap = this.#levelled === 0 ? undefined : this.#heaps[priority]
    if (heap !== undefined && heap.open > 0) return heap
    const lane = this.#lanes[priority]
    return lane === undefined || lane.open === 0 ? undefined : lane
  }

  #isEmpty(priority: number): boolean {
    if ((this.#lanes[priority]?.count ?? 0) > 0) return false
    return this.#levelled === 0 || (this.#heaps[priority]?.count ?? 0) === 0
  }

  #heap(priority: number): LevelHeap {
    this.#levelled += 1
    return (this.#heaps[priority] ??= this.#newHeap())
  }

  #newHeap(): LevelHeap {
    const heap = new LevelHeap()
    if (this.#fence) heap.fence()
    return heap
  }

  #lane(priority: number): Lane {
    return (this.#lanes[priority] ??= this.#newLane())
  }

  #newLane(): Lane {
    const lane = new Lane()
    if (this.#fence) lane.fence()
    return lane
  }
}

const CHUNK = 1024
const HOLE = -1

interface Chunk {
  readonly seqs: Float64Array
  readonly readyAt: Float64Array
  readonly types: Uint16Array
  head: number
  tail: number
  next: Chunk | undefined
}

function newChunk(at: number, next?: Chunk): Chunk {
  return {
    seqs: new Float64Array(CHUNK),
    readyAt: new Float64Array(CHUNK),
    types: new Uint16Array(CHUNK),
    head: at,
    tail: at,
    next,
  }
}

/** One priority's chain of chunks. Removed tasks leave holes that are skipped when the head meets them. */
class Lane {
  #first: Chunk = newChunk(0)
  #last: Chunk = this.#first
  #count = 0
  /** How many from the head a fence lets through; undefined without a fence. */
  #quota: number | undefined

  get count(): number {
    return this.#count
  }

  get open(): number {
    return this.#quota === undefined ? this.#count : Math.min(this.#quota, this.#count)
  }

  get headType(): number {
    this.#skipHoles()
    return this.#first.types[this.#first.head] ?? 0
  }

  push(task: ReadyTask): void {
    if (this.#last.tail === CHUNK) {
      this.#last.next = newChunk(0)
      this.#last = this.#last.next
    }
    write(this.#last, this.#last.tail, task)
    this.#last.tail += 1
    this.#count += 1
  }

  unshift(task: ReadyTask): void {
    if (this.#first.head === 0) this.#first = newChunk(CHUNK, this.#first)
    this.#first.head -= 1
    this.#sink(task)
    this.#count += 1
    if (this.#quota !== undefined) this.#quota += 1
  }

  /** From the free place at the head to behind whoever was ready before: almost always the head itself. */
  #sink(task: ReadyTask): void {
    let place = { chunk: this.#first, at: this.#first.head }
    for (const next of this.#placesAfter(this.#first.head)) {
      const other = read(next.chunk, next.at)
      if (!isBefore(other, task)) break
      write(place.chunk, place.at, other)
      place = next
    }
    write(place.chunk, place.at, task)
  }

  *#placesAfter(head: number): Generator<{ readonly chunk: Chunk; readonly at: number }> {
    let from = head + 1
    for (let chunk: Chunk | undefined = this.#first; chunk !== undefined; chunk = chunk.next) {
      for (let at = Math.max(from, chunk.head); at < chunk.tail; at++) {
        if (chunk.seqs[at] !== HOLE) yield { chunk, at }
      }
      from = 0
    }
  }

  shift(): ReadyTask {
    this.#skipHoles()
    const chunk = this.#first
    const task = read(chunk, chunk.head)
    chunk.head += 1
    this.#count -= 1
    if (this.#quota !== undefined) this.#quota -= 1
    return task
  }

  peek(max: number, into: number[]): void {
    for (const seq of this.seqs()) {
      if (into.length >= max) return
      into.push(seq)
    }
  }

  *seqs(): Generator<number> {
    for (let chunk: Chunk | undefined = this.#first; chunk !== undefined; chunk = chunk.next) {
      for (let at = chunk.head; at < chunk.tail; at++) {
        const seq = chunk.seqs[at] ?? HOLE
        if (seq !== HOLE) yield seq
      }
    }
  }

  remove(seqs: ReadonlySet<number>): ReadyTask[] {
    const removed: ReadyTask[] = []
    let position = 0
    for (let chunk: Chunk | undefined = this.#first; chunk !== undefined; chunk = chunk.next) {
      for (let at = chunk.head; at < chunk.tail; at++) {
        const seq = chunk.seqs[at] ?? HOLE
        if (seq === HOLE) continue
        if (seqs.has(seq)) removed.push(this.#dig(chunk, at, position))
        else position += 1
      }
    }
    return removed
  }

  #dig(chunk: Chunk, at: number, position: number): ReadyTask {
    const task = read(chunk, at)
    chunk.seqs[at] = HOLE
    this.#count -= 1
    if (this.#quota !== undefined && position < this.#quota) this.#quota -= 1
    return task
  }

  fence(): void {
    this.#quota = this.#count
  }

  lift(): void {
    this.#quota = undefined
  }

  #skipHoles(): void {
    for (;;) {
      const chunk = this.#first
      if (chunk.head < chunk.tail) {
        if (chunk.seqs[chunk.head] !== HOLE) return
        chunk.head += 1
      } else if (chunk.next !== undefined) {
        this.#first = chunk.next
      } else {
        return
      }
    }
  }
}

function write(chunk: Chunk, at: number, task: ReadyTask): void {
  chunk.seqs[at] = task.seq
  chunk.readyAt[at] = task.readyAtMs
  chunk.types[at] = task.typeIndex
}

function isBefore(a: ReadyTask, b: ReadyTask): boolean {
  return a.readyAtMs === b.readyAtMs ? a.seq < b.seq : a.readyAtMs < b.readyAtMs
}

function read(chunk: Chunk, at: number): ReadyTask {
  return {
    seq: chunk.seqs[at] ?? HOLE,
    typeIndex: chunk.types[at] ?? 0,
    readyAtMs: chunk.readyAt[at] ?? 0,
  }
}
