import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { DueHeap, type DueTask } from '../../../src/main/store/due-heap.ts'
import type { ReadyTask } from '../../../src/main/store/ready-task.ts'
import { ReadyQueue } from '../../../src/main/store/ready-queue.ts'
import { Waiting } from '../../../src/main/store/waiting.ts'
import { ARM_IDS, type ArmId } from '../../../src/protocol/task.ts'

// Each structure is played against a plain sorted array, one random move after the other.

const runs = { numRuns: 300 }

interface ModelTask {
  readonly seq: number
  readonly typeIndex: number
  readonly priority: number
  readonly level: number
  /** Came after the fence that is up. */
  behind: boolean
}

type Move =
  | {
      readonly kind: 'push'
      readonly priority: number
      readonly type: number
      readonly level: number
      readonly count: number
    }
  | { readonly kind: 'take'; readonly admitted: number; readonly count: number }
  | { readonly kind: 'hand back'; readonly count: number }
  | { readonly kind: 'remove'; readonly picks: readonly number[] }
  | { readonly kind: 'fence' | 'lift' }

const howMany = fc.oneof(fc.constant(1), fc.nat(20), fc.nat(1_500))

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      priority: fc.constantFrom(0, 1, 255),
      type: fc.nat(2),
      level: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { arbitrary: fc.nat(3), weight: 2 },
      ),
      count: howMany,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      admitted: fc.nat(2),
      count: howMany,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('hand back' as const), count: fc.nat(20) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      picks: fc.array(fc.oneof(fc.nat(60), fc.nat(3_000)), { maxLength: 20 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'fence' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lift' as const }) },
)

describe('ReadyQueue', () => {
  test('behaves like a sorted array, with hand-backs, fences and removals', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const play = new QueuePlay()
        for (const next of moves) play.step(next)
        play.drain()
      }),
      runs,
    )
  })
})

/** One game of a ReadyQueue beside its model. */
class QueuePlay {
  readonly #queue = new ReadyQueue()
  /** By priority; each in the order in which its tasks are given. */
  readonly #model: ModelTask[][] = Array.from({ length: 256 }, () => [])
  #fenced = false
  readonly #taken: ModelTask[] = []
  #seq = 0

  step(next: Move): void {
    switch (next.kind) {
      case 'push':
        return this.#push(next.priority, next.type, next.level, next.count)
      case 'take':
        return this.#take(next.admitted, next.count)
      case 'hand back':
        return this.#handBack(next.count)
      case 'remove':
        return this.#remove(next.picks)
      case 'fence':
      case 'lift':
        this.#fenced = next.kind === 'fence'
        for (const task of this.#model.flat()) task.behind = false
        return this.#queue[next.kind]()
    }
  }

  drain(): void {
    this.step({ kind: 'lift' })
    this.#take(2, Infinity)
    expect(this.#queue.count).toBe(0)
    expect(this.#queue.headPriority).toBe(-1)
  }

  #push(priority: number, typeIndex: number, level: number, count: number): void {
    for (let at = 0; at < count; at++) {
      const task = { seq: ++this.#seq, typeIndex, priority, level, behind: this.#fenced }
      this.#queue.push(priority, readyTask(task), level)
      this.#place(task)
    }
    this.#compare()
  }

  /** By level, then by when it was ready; the rig's tasks are ready in the order of their seqs. */
  #place(task: ModelTask): void {
    const lane = this.#model[task.priority]!
    const isBehind = ({ level, seq }: ModelTask): boolean =>
      level < task.level || (level === task.level && seq > task.seq)
    const at = lane.findIndex(isBehind)
    lane.splice(at < 0 ? lane.length : at, 0, task)
  }

  #take(admitted: number, count: number): void {
    for (let at = 0; at < count; at++) {
      const expected = this.#modelTake(admitted)
      const task = this.#queue.take((type) => type <= admitted)
      expect(task?.seq).toBe(expected?.seq)
      if (task === undefined || expected === undefined) break
      expect(task).toEqual({ ...readyTask(expected), priority: expected.priority })
      this.#taken.push(expected)
    }
    this.#compare()
  }

  #modelTake(admitted: number): ModelTask | undefined {
    const lane = this.#model.findLast((tasks) => tasks.some(({ behind }) => !behind)) ?? []
    const at = lane.findIndex(({ behind }) => !behind)
    const task = lane[at]
    if (task === undefined || task.typeIndex > admitted) return undefined
    lane.splice(at, 1)
    return task
  }

  #handBack(count: number): void {
    for (const task of this.#taken.splice(-count, count).toReversed()) {
      this.#queue.pushFront(task.priority, readyTask(task), task.level)
      this.#place(task)
    }
    this.#compare()
  }

  #remove(picks: readonly number[]): void {
    const seqs = new Set(picks)
    const removed = this.#queue.remove(seqs).map(({ seq }) => seq)
    const expected = this.#model.flat().filter(({ seq }) => seqs.has(seq))
    for (const [priority, lane] of this.#model.entries())
      this.#model[priority] = lane.filter(({ seq }) => !seqs.has(seq))
    expect(removed.sort(ascending)).toEqual(expected.map(({ seq }) => seq).sort(ascending))
    this.#compare()
  }

  #compare(): void {
    const order = this.#model.toReversed().flat()
    expect(this.#queue.count).toBe(order.length)
    expect(this.#queue.headPriority).toBe(order[0]?.priority ?? -1)
    if (this.#fenced)
      expect(this.#queue.fenced()).toBe(order.filter(({ behind }) => !behind).length)
    else if (order.every(({ level }) => level === 0))
      expect(this.#queue.peek(50)).toEqual(order.slice(0, 50).map(({ seq }) => seq))
    else expect(new Set(this.#queue.peek(Infinity))).toEqual(new Set(order.map(({ seq }) => seq)))
  }
}

function readyTask({ seq, typeIndex }: ModelTask): ReadyTask {
  return { seq, typeIndex, readyAtMs: seq / 2 }
}

const ascending = (a: number, b: number): number => a - b

const due = fc.record({
  dueMs: fc.nat(50),
  armIndex: fc.nat(ARM_IDS.length - 1),
  priority: fc.nat(255),
  typeIndex: fc.nat(65_535),
  kind: fc.constantFrom('ready' as const, 'expire' as const),
})

const byDue = (a: DueTask, b: DueTask): number => a.dueMs - b.dueMs || a.seq - b.seq

describe('DueHeap', () => {
  test('gives what is due, the earliest first and equals by seq, whatever was removed', () => {
    const step = fc.oneof(
      fc.record({ push: fc.array(due, { maxLength: 40 }) }),
      fc.record({ pop: fc.nat(60) }),
      fc.record({ remove: fc.array(fc.nat(120), { maxLength: 20 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const heap = new DueHeap()
        let model: DueTask[] = []
        let seq = 0
        for (const next of steps) {
          if ('push' in next) for (const sketch of next.push) add({ ...sketch, seq: ++seq })
          else if ('pop' in next) popAll(next.pop)
          else remove(new Set(next.remove))
          compare()
        }
        popAll(1_000)
        expect(model).toEqual([])

        function add(task: DueTask): void {
          heap.push(task)
          model = [...model, task].sort(byDue)
        }

        function popAll(nowMs: number): void {
          const popped: DueTask[] = []
          for (let task = heap.pop(nowMs); task !== undefined; task = heap.pop(nowMs))
            popped.push(task)
          expect(popped).toEqual(model.filter(({ dueMs }) => dueMs <= nowMs))
          model = model.filter(({ dueMs }) => dueMs > nowMs)
        }

        function remove(seqs: ReadonlySet<number>): void {
          const gone = model.filter((task) => seqs.has(task.seq) && task.kind === 'ready')
          expect(heap.remove(seqs).sort(byDue)).toEqual(gone)
          model = model.filter((task) => !seqs.has(task.seq))
        }

        function compare(): void {
          expect(heap.count).toBe(model.length)
          expect(heap.nextMs).toBe(model[0]?.dueMs)
          for (const armIndex of ARM_IDS.keys()) {
            const ready = model.filter(
              (task) => task.armIndex === armIndex && task.kind === 'ready',
            )
            expect(heap.readyCount(armIndex)).toBe(ready.length)
          }
        }
      }),
      runs,
    )
  })
})

describe('Waiting', () => {
  const sketch = fc.record({
    arm: fc.constantFrom(...ARM_IDS),
    priority: fc.constantFrom(0, 5, 255),
    place: fc.constantFrom('ready', 'delay', 'appoint', 'suspect', 'shelve'),
    dueMs: fc.nat(100),
  })

  test('a task is in one place until it is taken or removed, and is found wherever it is', () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 60 }), fc.array(fc.nat(60)), (sketches, picks) => {
        const waiting = new Waiting()
        for (const [at, { place, dueMs, ...rest }] of sketches.entries()) {
          const task = { ...rest, seq: at + 1, typeIndex: 0 }
          if (place === 'ready') waiting.ready({ ...task, readyAtMs: 0 })
          else if (place === 'delay') waiting.delay(task, dueMs)
          else if (place === 'appoint') waiting.appoint(task, dueMs)
          else if (place === 'suspect') waiting.suspect({ ...task, readyAtMs: 0, suspect: true })
          else waiting.shelve(task, dueMs)
        }
        expect(waiting.count).toBe(sketches.length)
        const wanted = new Set(picks)
        const removed = waiting.remove(wanted).map(({ seq, arm }) => `${seq} ${arm}`)
        const present = sketches.flatMap(({ arm }, at) =>
          wanted.has(at + 1) ? [`${at + 1} ${arm}`] : [],
        )
        expect(removed.sort((a, b) => a.localeCompare(b))).toEqual(
          present.sort((a, b) => a.localeCompare(b)),
        )
        expect(waiting.count).toBe(sketches.length - present.length)
        expect(waiting.remove(wanted)).toEqual([])
      }),
      runs,
    )
  })

  test('what comes due joins behind what is ready, in the order it came due', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 40 }), (delays) => {
        const waiting = new Waiting()
        const arm: ArmId = 'streams'
        for (const [at, [dueMs, byWall]] of delays.entries()) {
          const task = { seq: at + 1, typeIndex: 0, priority: 0, arm }
          if (byWall) waiting.appoint(task, 1_000 + dueMs)
          else waiting.delay(task, dueMs)
        }
        const seqs: number[] = []
        for (let now = 0; now <= 30; now++) {
          const { woken } = waiting.due({ monotonicMs: now, wallMs: 1_000 + now })
          const taken = waiting.take(arm, 100, () => true)
          expect(woken.has(arm)).toBe(taken.length > 0)
          seqs.push(...taken.map(({ seq }) => seq))
        }
        const model = delays.map(([dueMs, byWall], at) => ({ seq: at + 1, dueMs, byWall }))
        model.sort(
          (a, b) => a.dueMs - b.dueMs || Number(a.byWall) - Number(b.byWall) || a.seq - b.seq,
        )
        expect(seqs).toEqual(model.map(({ seq }) => seq))
        expect(waiting.untilDue({ monotonicMs: 99, wallMs: 2_000 })).toBeUndefined()
      }),
      runs,
    )
  })

  test('what expires while it waits is taken out once, and never while it runs', () => {
    const waiting = new Waiting()
    const task = { seq: 1, typeIndex: 0, priority: 0, arm: 'batch' as const }
    waiting.ready({ ...task, readyAtMs: 0 })
    waiting.ready({ ...task, seq: 2, readyAtMs: 0 })
    waiting.expireAt(task, 10)
    waiting.expireAt({ ...task, seq: 2 }, 10)
    expect(waiting.take('batch', 1, () => true)).toMatchObject([{ seq: 1 }])
    expect(waiting.due({ monotonicMs: 10, wallMs: 10 }).expired).toMatchObject([{ seq: 2 }])
    expect(waiting.due({ monotonicMs: 11, wallMs: 11 }).expired).toEqual([])
  })
})
