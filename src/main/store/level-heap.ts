import type { ReadyTask } from './ready-task.ts'

/** A ready task that others wait for, and theirs in turn. */
export interface LevelledTask extends ReadyTask {
  readonly level: number
}

/**
 * Ready tasks of one priority that have a level, the highest first, then who became ready first: a binary heap in typed
 * arrays. Only tasks of a graph come here; all others stay in the lane behind.
 */
export class LevelHeap {
  #level = new Uint32Array(SIZE_MIN)
  #readyAt = new Float64Array(SIZE_MIN)
  #seq = new Float64Array(SIZE_MIN)
  #type = new Uint16Array(SIZE_MIN)
  #count = 0
  /** Came after a fence; undefined without one. */
  #behind: LevelledTask[] | undefined

  get count(): number {
    return this.#count + (this.#behind?.length ?? 0)
  }

  /** How many a fence lets through. */
  get open(): number {
    return this.#count
  }

  get headType(): number {
    return this.#type[0] ?? 0
  }

  push(task: LevelledTask): void {
    if (this.#behind === undefined) this.pushOpen(task)
    else this.#behind.push(task)
  }

  /** Past a fence, if there is one: it was here before. */
  pushOpen(task: LevelledTask): void {
    if (this.#count === this.#seq.length) this.#grow()
    this.#write(this.#count, task)
    this.#count += 1
    this.#up(this.#count - 1)
  }

  shift(): LevelledTask {
    const first = this.#read(0)
    this.#count -= 1
    if (this.#count > 0) {
      this.#move(this.#count, 0)
      this.#down(0)
    }
    return first
  }

  /** At most `max` seqs from the top of the heap: nearly its order, which is enough to read ahead. */
  peek(max: number, into: number[]): void {
    for (let at = 0; at < this.#count && into.length < max; at++) into.push(this.#seq[at] ?? 0)
  }

  remove(seqs: ReadonlySet<number>): LevelledTask[] {
    const removed = this.#behind?.filter(({ seq }) => seqs.has(seq)) ?? []
    if (removed.length > 0) this.#behind = this.#behind?.filter(({ seq }) => !seqs.has(seq))
    let kept = 0
    for (let at = 0; at < this.#count; at++) {
      if (seqs.has(this.#seq[at] ?? 0)) removed.push(this.#read(at))
      else this.#move(at, kept++)
    }
    if (kept === this.#count) return removed
    this.#count = kept
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.#down(at)
    return removed
  }

  fence(): void {
    this.lift()
    this.#behind = []
  }

  lift(): void {
    const behind = this.#behind ?? []
    this.#behind = undefined
    for (const task of behind) this.pushOpen(task)
  }

  #before(a: number, b: number): boolean {
    const [levelA = 0, levelB = 0] = [this.#level[a], this.#level[b]]
    if (levelA !== levelB) return levelA > levelB
    const [readyA = 0, readyB = 0] = [this.#readyAt[a], this.#readyAt[b]]
    return readyA === readyB ? (this.#seq[a] ?? 0) < (this.#seq[b] ?? 0) : readyA < readyB
  }

  #up(start: number): void {
    for (let at = start; at > 0;) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #down(start: number): void {
    for (let at = start; ;) {
      const left = 2 * at + 1
      const right = left + 1
      let first = at
      if (left < this.#count && this.#before(left, first)) first = left
      if (right < this.#count && this.#before(right, first)) first = right
      if (first === at) return
      this.#swap(at, first)
      at = first
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#read(a)
    this.#move(b, a)
    this.#write(b, kept)
  }

  #move(from: number, to: number): void {
    this.#level[to] = this.#level[from] ?? 0
    this.#readyAt[to] = this.#readyAt[from] ?? 0
    this.#seq[to] = this.#seq[from] ?? 0
    this.#type[to] = this.#type[from] ?? 0
  }

  #read(at: number): LevelledTask {
    return {
      seq: this.#seq[at] ?? 0,
      typeIndex: this.#type[at] ?? 0,
      readyAtMs: this.#readyAt[at] ?? 0,
      level: this.#level[at] ?? 0,
    }
  }

  #write(at: number, { seq, typeIndex, readyAtMs, level }: LevelledTask): void {
    this.#seq[at] = seq
    this.#type[at] = typeIndex
    this.#readyAt[at] = readyAtMs
    this.#level[at] = level
  }

  #grow(): void {
    const size = this.#seq.length * 2
    const [level, readyAt, seq, type] = [this.#level, this.#readyAt, this.#seq, this.#type]
    this.#level = new Uint32Array(size)
    this.#readyAt = new Float64Array(size)
    this.#seq = new Float64Array(size)
    this.#type = new Uint16Array(size)
    this.#level.set(level)
    this.#readyAt.set(readyAt)
    this.#seq.set(seq)
    this.#type.set(type)
  }
}

const SIZE_MIN = 16
