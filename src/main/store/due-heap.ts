import { ARM_IDS } from '../../protocol/task.ts'

/**
 * What becomes due later, earliest first: a binary heap in typed arrays, 22 bytes a task and no object. Equal times come
 * out in the order of their seqs, so that two tasks delayed alike keep their order.
 */
export class DueHeap {
  #due = new Float64Array(16)
  #seq = new Float64Array(16)
  #type = new Uint16Array(16)
  #arm = new Uint8Array(16)
  #priority = new Uint8Array(16)
  #kind = new Uint8Array(16)
  #count = 0
  /** Of kind `ready`, by arm. */
  readonly #ready = new Float64Array(ARM_IDS.length)

  get count(): number {
    return this.#count
  }

  /** The earliest time, or undefined when nothing waits. */
  get nextMs(): number | undefined {
    return this.#count === 0 ? undefined : this.#due[0]
  }

  push(task: DueTask): void {
    if (this.#count === this.#due.length) this.#grow()
    this.#write(this.#count, task)
    this.#count += 1
    this.#tally(task, 1)
    this.#up(this.#count - 1)
  }

  /** The earliest task if it is due by `nowMs`. */
  pop(nowMs: number): DueTask | undefined {
    if (this.#count === 0 || (this.#due[0] ?? 0) > nowMs) return undefined
    const first = this.#read(0)
    this.#tally(first, -1)
    this.#removeAt(0)
    return first
  }

  /** Takes out every entry of the given seqs; returns those of kind `ready` that were here. */
  remove(seqs: ReadonlySet<number>): DueTask[] {
    const removed: DueTask[] = []
    let kept = 0
    for (let at = 0; at < this.#count; at++) {
      if (seqs.has(this.#seq[at] ?? 0)) removed.push(this.#read(at))
      else this.#move(at, kept++)
    }
    if (removed.length === 0) return removed
    this.#count = kept
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.#down(at)
    for (const task of removed) this.#tally(task, -1)
    return removed.filter((task) => task.kind === 'ready')
  }

  /** How many of an arm's tasks become ready here. */
  readyCount(armIndex: number): number {
    return this.#ready[armIndex] ?? 0
  }

  /** All that becomes ready here, whatever else may expire. */
  get readyTotal(): number {
    return this.#ready.reduce((sum, count) => sum + count, 0)
  }

  #tally({ kind, armIndex }: DueTask, change: number): void {
    if (kind === 'ready') this.#ready[armIndex] = this.readyCount(armIndex) + change
  }

  #before(a: number, b: number): boolean {
    const dueA = this.#due[a] ?? 0
    const dueB = this.#due[b] ?? 0
    return dueA === dueB ? (this.#seq[a] ?? 0) < (this.#seq[b] ?? 0) : dueA < dueB
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
      let least = at
      if (left < this.#count && this.#before(left, least)) least = left
      if (right < this.#count && this.#before(right, least)) least = right
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #removeAt(at: number): void {
    this.#count -= 1
    if (at === this.#count) return
    this.#write(at, this.#read(this.#count))
    this.#down(at)
    this.#up(at)
  }

  #swap(a: number, b: number): void {
    const kept = this.#read(a)
    this.#write(a, this.#read(b))
    this.#write(b, kept)
  }

  #move(from: number, to: number): void {
    this.#due[to] = this.#due[from] ?? 0
    this.#seq[to] = this.#seq[from] ?? 0
    this.#type[to] = this.#type[from] ?? 0
    this.#arm[to] = this.#arm[from] ?? 0
    this.#priority[to] = this.#priority[from] ?? 0
    this.#kind[to] = this.#kind[from] ?? 0
  }

  #read(at: number): DueTask {
    return {
      dueMs: this.#due[at] ?? 0,
      seq: this.#seq[at] ?? 0,
      typeIndex: this.#type[at] ?? 0,
      armIndex: this.#arm[at] ?? 0,
      priority: this.#priority[at] ?? 0,
      kind: this.#kind[at] === 1 ? 'expire' : 'ready',
    }
  }

  #write(at: number, task: DueTask): void {
    this.#due[at] = task.dueMs
    this.#seq[at] = task.seq
    this.#type[at] = task.typeIndex
    this.#arm[at] = task.armIndex
    this.#priority[at] = task.priority
    this.#kind[at] = task.kind === 'expire' ? 1 : 0
  }

  #grow(): void {
    const size = this.#due.length * 2
    const due = new Float64Array(size)
    const seq = new Float64Array(size)
    const type = new Uint16Array(size)
    due.set(this.#due)
    seq.set(this.#seq)
    type.set(this.#type)
    this.#due = due
    this.#seq = seq
    this.#type = type
    this.#arm = grown(this.#arm, size)
    this.#priority = grown(this.#priority, size)
    this.#kind = grown(this.#kind, size)
  }
}

export interface DueTask {
  readonly dueMs: number
  readonly seq: number
  readonly typeIndex: number
  readonly armIndex: number
  readonly priority: number
  /** `ready`: it joins its arm's order. `expire`: it fails if it has not started. */
  readonly kind: 'ready' | 'expire'
}

function grown(array: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size)
  larger.set(array)
  return larger
}
