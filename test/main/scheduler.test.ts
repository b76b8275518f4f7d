import { expect, test } from 'vitest'
import type { BatchPool, PoolBatch } from '../../src/main/arm-pool.ts'
import { Scheduler } from '../../src/main/scheduler.ts'
import { EmbeddedStore } from '../../src/main/store/embedded.ts'
import { MemoryJournal } from '../../src/main/store/memory.ts'
import type { Settlement } from '../../src/main/store/store.ts'
import { decodeBatch, encodeReport } from '../../src/protocol/envelope.ts'
import { Phase } from '../../src/protocol/region.ts'
import { ARM_IDS, type ArmId } from '../../src/protocol/task.ts'
import { TestClock } from '../rig/clock.ts'
import { newTask, succeeded } from '../rig/store.ts'

/** A scheduler over a real store, whose threads run a batch the moment they get it and say so when told to. */
class Desk {
  readonly clock = new TestClock()
  readonly store = new EmbeddedStore({
    journal: new MemoryJournal(),
    clock: this.clock,
    serves: () => true,
  })
  readonly dispatched: number[] = []
  readonly ran: number[] = []
  readonly ends: string[] = []
  readonly scheduler: Scheduler
  failure: unknown
  settle = (settlements: readonly Settlement[]): Promise<unknown> => this.store.settle(settlements)
  readonly #batches: PoolBatch[] = []

  constructor(slots = 1, recordsStart = false) {
    const pool: BatchPool = {
      resize: () => {},
      abort: () => {},
      renew: () => undefined,
      kill: () => {},
      dispatch: (batch) => {
        this.#batches.push(batch)
        this.dispatched.push(...decodeBatch(batch.bytes).map(({ seq }) => seq))
      },
    }
    this.scheduler = new Scheduler({
      store: this.store,
      pools: Object.fromEntries(ARM_IDS.map((arm) => [arm, pool])) as unknown as Record<
        ArmId,
        BatchPool
      >,
      clock: this.clock,
      cores: 2,
      graceMs: 10,
      loadMs: 1_000,
      lanes: ARM_IDS.map((arm) => ({ arm, slots, enabled: true, recordsStart })),
      rulesOf: () => ({ timeoutMs: undefined, terminable: true }),
      freshOf: () => false,
      typesOf: () => [],
      services: () => [],
      returned: (claims) => this.store.release(claims),
      ended: async (attempts) => {
        this.ends.push(
          ...attempts.map(
            ({ claim, outcome }) =>
              `${claim.seq} ${outcome.kind === 'failed' ? outcome.failure.reason : 'succeeded'}`,
          ),
        )
        await this.settle(attempts.map(({ claim }) => succeeded(claim)))
      },
      late: () => {},
      interrupt: () => {},
      failed: (error) => (this.failure = error),
    })
    this.store.onWake((arm) => this.scheduler.wake(arm))
  }

  async open(): Promise<this> {
    await this.store.open()
    this.scheduler.start()
    return this
  }

  /** The threads run what they were given, and are free again. */
  runAll(): void {
    for (const { batch, bytes, region } of this.#batches.splice(0)) {
      region.threadId = 1
      region.phase = Phase.running
      const assignments = decodeBatch(bytes)
      for (const [index, { seq }] of assignments.entries()) {
        if (!region.claim(index, this.clock.monotonicMs())) break
        this.ran.push(seq)
        const outcome = {
          kind: 'succeeded',
          result: { bytes: new Uint8Array(), binary: false },
        } as const
        region.publish(
          encodeReport({
            index,
            startedAtMs: 0,
            runMs: 0,
            outcome,
            logs: [],
            late: false,
            leftovers: [],
          }),
        )
      }
      this.scheduler.batchEnded(batch, { threadId: 1, posted: 0, retire: undefined, leftovers: [] })
    }
  }
}

test('a task that becomes ready while the last look at its arm ends is not forgotten, whenever that is', async () => {
  for (let ticks = 0; ticks < 40; ticks++) {
    const desk = await new Desk(2).open()
    void desk.store.enqueue([newTask()])
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
    await desk.store.enqueue([newTask()])
    await turn()
    expect(desk.dispatched, `${ticks} microtasks later`).toEqual([1, 2])
  }
})

test('a wait for idleness ends when nothing is started any more', async () => {
  const desk = await new Desk().open()
  desk.scheduler.stop()
  await desk.store.enqueue([newTask()])
  const idle = desk.scheduler.whenIdle()
  desk.scheduler.start()
  await turn()
  desk.scheduler.stop()
  await turn()
  // The batch was dispatched: taken back, and then told as over by its thread.
  desk.runAll()
  await idle
  expect(desk.ran).toEqual([])
  expect(desk.store.readyCount('batch')).toBe(1)
})

test('a store that fails leaves nobody waiting for the end of what ran', async () => {
  const desk = await new Desk().open()
  const failure = new Error('the disk is gone')
  desk.settle = () => Promise.reject(failure)
  await desk.store.enqueue([newTask()])
  await turn()
  desk.runAll()
  desk.scheduler.stop()
  await desk.scheduler.whenQuiet()
  expect(desk.failure).toBe(failure)
})

test('an urgent task takes the place of what has not started, and that keeps its order', async () => {
  const desk = await new Desk().open()
  await measured(desk)
  await desk.store.enqueue([newTask(), newTask(), newTask()])
  await turn()
  await desk.store.enqueue([newTask({ priority: 9 })])
  const before = desk.ran.length
  for (let round = 0; round < 4; round++) {
    desk.runAll()
    await turn()
  }
  const [urgent, ...others] = desk.ran.slice(before)
  expect(urgent).toBe(Math.max(...desk.ran))
  expect(others).toEqual(others.toSorted((a, b) => a - b))
})

test('a cancel that comes while a start is written down stops the task before it begins', async () => {
  const desk = await new Desk(1, true).open()
  const written = Promise.withResolvers<void>()
  desk.store.recordStart = () => written.promise
  await desk.store.enqueue([newTask(), newTask()])
  await turn()
  expect(await desk.store.cancel(['o_1'])).toEqual(['running'])
  desk.scheduler.cancel(1)
  written.resolve()
  await turn()
  desk.runAll()
  await turn()
  desk.runAll()
  expect(desk.ran).toEqual([2])
  expect(desk.ends).toEqual(['1 cancelled', '2 succeeded'])
})

/** Until the type is known to be short. */
async function measured(desk: Desk): Promise<void> {
  await desk.store.enqueue([newTask()])
  await turn()
  desk.runAll()
  await turn()
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
