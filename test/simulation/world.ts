import { defineTask } from '../../src/arms/define-task.ts'
import type { Accepted } from '../../src/main/accepted.ts'
import type { BatchPool, PoolEvents } from '../../src/main/arm-pool.ts'
import { Completions } from '../../src/main/completions.ts'
import { endOf } from '../../src/main/recovery.ts'
import { TaskRegistry } from '../../src/main/registry.ts'
import { runRules } from '../../src/main/run-rules.ts'
import { Scheduler } from '../../src/main/scheduler.ts'
import { Settling } from '../../src/main/settling.ts'
import { EmbeddedStore } from '../../src/main/store/embedded.ts'
import type { DependsOn, NewTask } from '../../src/main/store/store.ts'
import { Latency } from '../../src/main/trace/latency.ts'
import { NeuralMesh } from '../../src/main/trace/neural-mesh.ts'
import { Observers } from '../../src/main/trace/observe.ts'
import type { Cancel, Clock } from '../../src/protocol/clock.ts'
import { encodeStoredTask } from '../../src/protocol/envelope.ts'
import { toPayloadBytes } from '../../src/protocol/json.ts'
import { ARM_IDS, mintId, type ArmId } from '../../src/protocol/task.ts'
import { TestClock } from '../rig/clock.ts'
import { Disk, KeptJournal } from '../rig/kept-journal.ts'
import { Chance } from '../rig/random.ts'
import { Broken, Ledger, type Known } from './ledger.ts'
import { SimulatedPool } from './simulated-pool.ts'

const CORES = 2
const SLOTS = 3
const TYPES = ['quick', 'quick', 'quick', 'moody', 'slow', 'stubborn'] as const
const ARMS: readonly ArmId[] = ['batch', 'batch', 'streams', 'deploy']
const GRACE_MS = 40

function registry(): TaskRegistry {
  const backoff = { kind: 'exponential', minMs: 20, maxMs: 200, jitter: true } as const
  const tasks = new TaskRegistry({
    attempts: 3,
    backoff,
    timeoutMs: undefined,
    ttlMs: undefined,
    priority: 0,
  })
  const run = (): null => null
  const arm = ['batch', 'streams', 'deploy'] as const
  const at = (exportName: string): { url: string; exportName: string } => ({
    url: 'sim:tasks',
    exportName,
  })
  tasks.add(defineTask({ type: 'quick', arm, run }), at('quick'))
  tasks.add(defineTask({ type: 'moody', arm, timeout: 60, run }), at('moody'))
  tasks.add(defineTask({ type: 'slow', arm, timeout: 120, run }), at('slow'))
  tasks.add(
    defineTask({ type: 'stubborn', arm, timeout: 60, terminable: false, run }),
    at('stubborn'),
  )
  return tasks
}

/** The world's time as long as a process lives; what it waited for when it died never comes. */
class MortalClock implements Clock {
  readonly #clock: Clock
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  after(delayMs: number, callback: () => void): Cancel {
    return this.#clock.after(delayMs, () => {
      if (!this.#stopped) callback()
    })
  }

  stop(): void {
    this.#stopped = true
  }
}

/** One life of an engine, from its opening to its close or its death: the parts that `Engine` wires, over virtual threads. */
class Life {
  readonly clock: MortalClock
  readonly store: EmbeddedStore
  readonly scheduler: Scheduler
  readonly completions = new Completions()
  readonly journal: KeptJournal
  readonly pools: Readonly<Record<ArmId, SimulatedPool>>
  readonly settling: Settling
  /** From now on `whenIdle` only says that nothing runs. */
  closing = false
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    const { chance, ledger, disk } = world
    const clock = new MortalClock(world.clock)
    this.clock = clock
    const tasks = registry()
    this.journal = new KeptJournal(disk, clock, chance)
    this.store = new EmbeddedStore({
      journal: this.journal,
      clock,
      serves: (type, arm) => tasks.serves(type, arm),
    })
    this.#watchStore()
    const mesh = new NeuralMesh(this.store, () => clock.wallMs())
    this.settling = new Settling({
      store: this.store,
      registry: tasks,
      clock,
      random: chance.next,
      latency: new Latency(),
      mesh,
      observers: new Observers(),
      completions: this.completions,
      outbox: { take: () => undefined },
    })
    this.pools = Object.fromEntries(ARM_IDS.map((arm) => [arm, this.#pool(arm)])) as Record<
      ArmId,
      SimulatedPool
    >
    this.scheduler = new Scheduler({
      store: this.store,
      pools: this.pools satisfies Record<ArmId, BatchPool>,
      clock,
      cores: CORES,
      graceMs: GRACE_MS,
      loadMs: 5_000,
      lanes: ARM_IDS.map((arm) => ({
        arm,
        slots: SLOTS,
        enabled: true,
        recordsStart: arm === 'deploy',
      })),
      rulesOf: (claim) => runRules(claim, tasks),
      freshOf: () => false,
      typesOf: () => [],
      services: () => [],
      late: () => {},
      interrupt: () => {},
      failed: (error) => world.failed(error),
      returned: (claims) => this.store.release(claims),
      ended: (attempts) => this.settling.ended(attempts),
    })
    this.store.onWake((arm) => this.scheduler.wake(arm))
    this.store.onVerdict((verdicts) => {
      for (const { claim, why } of verdicts) ledger.say(`judged ${claim.seq} ${why}`)
      this.scheduler.settle(verdicts.map(endOf))
    })
  }

  async open(): Promise<void> {
    const { verdicts } = await this.store.open()
    if (verdicts.length > 0) await this.settling.ended(verdicts.map(endOf))
    this.scheduler.start()
  }

  wait(accepted: Accepted): void {
    const { ledger } = this.#world
    const told = (how: string): void => ledger.ended(accepted.seq, how)
    this.completions.wait(accepted).then(
      () => told('succeeded'),
      (error: unknown) => told((error as { state?: string }).state ?? 'was rejected'),
    )
  }

  #pool(arm: ArmId): SimulatedPool {
    const { clock } = this
    const { chance, ledger, disk } = this.#world
    const events: PoolEvents = {
      doorbell: (batch) => this.scheduler.doorbell(batch),
      reports: (batch, bytes) => this.scheduler.reports(batch, bytes),
      ended: (batch, end) => this.scheduler.batchEnded(batch, end),
      died: (batch, error) => this.scheduler.batchDied(batch, error),
      told: () => {},
      linked: () => {},
    }
    const watcher = {
      dispatched: ledger.dispatched.bind(ledger),
      batchOver: ledger.batchOver.bind(ledger),
      started: (of: ArmId, seq: number, attempt: number) => {
        disk.noted.add(seq)
        ledger.parents(seq, disk.memory.parentsOf(seq))
        ledger.started(of, seq, attempt)
      },
      stopped: (seq: number) => {
        disk.noted.delete(seq)
        ledger.stopped(seq)
      },
    }
    return new SimulatedPool({
      arm,
      slots: SLOTS,
      clock,
      chance,
      events,
      watcher,
      nextThreadId: this.#world.nextThreadId,
    })
  }

  // The order is checked where tasks leave it and come back to it.
  #watchStore(): void {
    const { store } = this
    const { ledger } = this.#world
    const claim = store.claim.bind(store)
    const release = store.release.bind(store)
    store.claim = async (arm, max, admit) => {
      const check = ledger.readyNow(arm)
      const claims = await claim(arm, max, admit)
      check(claims)
      return claims
    }
    store.release = (claims) => {
      ledger.released(claims)
      release(claims)
    }
  }
}

/** A seeded run of everything between intake and threads, in virtual time, with whatever a night can bring. */
export class World {
  readonly clock = new TestClock()
  readonly chance: Chance
  readonly ledger = new Ledger(CORES + 1)
  readonly disk = new Disk()
  #life: Life | undefined
  #threads = 0
  #acceptedAtMs = 0
  #failure: unknown

  constructor(seed: number) {
    this.chance = new Chance(seed)
  }

  readonly nextThreadId = (): number => (this.#threads += 1)

  failed(error: unknown): void {
    this.#failure ??= error
  }

  async run(steps: number): Promise<void> {
    await this.#open()
    for (let step = 0; step < steps; step++) {
      await this.#act()
      await this.#pass(this.chance.next() * 12)
    }
    await this.#finish()
  }

  get #living(): Life {
    if (this.#life === undefined) throw new Error('no engine is open')
    return this.#life
  }

  async #act(): Promise<void> {
    const dice = this.chance.next()
    if (dice < 0.5) await this.#enqueue(this.chance.int(1, 12))
    else if (dice < 0.75) await this.#cancelOne()
    else if (dice < 0.83) this.#pauseOrResume()
    else if (dice < 0.88) this.#setSlots()
    else if (dice < 0.91) this.#drain()
    else if (dice < 0.93) await this.#close()
    else if (dice < 0.95) await this.#crash()
    else if (dice < 0.96) await this.#pass(this.chance.next() * 500)
    else await this.#retry()
  }

  async #enqueue(count: number): Promise<void> {
    const { clock, chance, ledger } = this
    const life = this.#living
    const arm = chance.of(ARMS)
    const sketches = Array.from({ length: count }, () => this.#sketch(arm))
    const stored = life.store.enqueue(sketches.map(({ task }) => task))
    await this.#within(stored, (results) => {
      this.#acceptedAtMs = clock.monotonicMs()
      for (const [at, result] of results.entries()) {
        const { task, attemptsMax } = sketches[at]!
        const { priority, delayMs, runAtMs, expiresAtMs, dependsOn, level } = task
        const later = delayMs ?? runAtMs ?? expiresAtMs ?? dependsOn
        const plain = later === undefined && level === 0
        ledger.say(
          `accept ${result.seq} ${task.type} ${arm} priority ${priority}${plain ? '' : ' later'}`,
        )
        ledger.accepted(
          {
            seq: result.seq,
            arm,
            priority,
            attemptsMax,
            plain,
            acceptedAtMs: clock.monotonicMs(),
            cancelAsked: false,
            removed: false,
            ended: undefined,
            attempt: 0,
            retries: 0,
            level,
          },
          clock.monotonicMs(),
        )
        life.wait({ seq: result.seq, named: undefined, created: true })
      }
    })
  }

  #sketch(arm: ArmId): { readonly task: NewTask; readonly attemptsMax: number } {
    const { chance, clock } = this
    const type = chance.of(TYPES)
    const attemptsMax = chance.int(1, 4)
    const expiresAtMs = chance.is(0.05) ? clock.wallMs() + chance.int(5, 300) : undefined
    const payload = toPayloadBytes(null, 100, 'payload')
    const dependsOn = this.#dependsOn()
    const createdAtMs = clock.wallMs()
    const envelope = encodeStoredTask({
      type,
      payload,
      createdAtMs,
      attemptsMax,
      ...(dependsOn === undefined ? {} : { dependsOn: dependsOn.parents }),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    })
    const task = {
      arm,
      type,
      priority: chance.is(0.7) ? 0 : chance.int(1, 3),
      delayMs: chance.is(0.1) ? chance.int(1, 200) : undefined,
      runAtMs: chance.is(0.05) ? clock.wallMs() + chance.int(-50, 200) : undefined,
      expiresAtMs,
      envelope,
      id: undefined,
      payloadHash: undefined,
      dependsOn,
      level: chance.is(0.2) ? chance.int(1, 5) : 0,
    }
    return { task, attemptsMax }
  }

  /** A few of the tasks that came last, however they stand. */
  #dependsOn(): DependsOn | undefined {
    const { chance, ledger } = this
    const known = [...ledger.tasks.keys()].slice(-25)
    if (known.length === 0 || !chance.is(0.25)) return undefined
    const seqs = Array.from({ length: chance.int(1, 3) }, () => chance.of(known))
    const parents = [...new Set(seqs)].map(mintId)
    return { parents, onFailure: chance.of(['skip', 'skip', 'fail', 'run'] as const) }
  }

  async #cancelOne(): Promise<void> {
    const open = [...this.ledger.tasks.values()].filter((task) => task.ended === undefined)
    if (open.length > 0) await this.#cancel(this.chance.of(open))
  }

  /** As `Octopus.cancel` does. */
  async #cancel(task: Known): Promise<void> {
    const { ledger } = this
    const life = this.#living
    ledger.say(`cancel ${task.seq}`)
    ledger.cancelAsked(task.seq)
    const cancelled = life.store.cancel([mintId(task.seq)])
    await this.#within(cancelled, ([result]) => {
      ledger.say(`cancelled ${task.seq} ${result}`)
      if (result === 'removed') {
        task.removed = true
        ledger.ended(task.seq, 'cancelled')
        const failure = { reason: 'cancelled', message: 'cancelled' } as const
        life.completions.settled({
          seq: task.seq,
          state: 'cancelled',
          outcome: { kind: 'failed', failure },
        })
      }
      if (result === 'running') {
        task.removed = true
        life.scheduler.cancel(task.seq)
      }
      life.scheduler.checkIdle()
    })
  }

  /** As `Octopus.retry` does. */
  async #retry(): Promise<void> {
    const { chance, ledger } = this
    const over = [...ledger.tasks.values()].filter(
      ({ ended }) => ended === 'failed' || ended === 'cancelled',
    )
    if (over.length === 0) return
    const task = chance.of(over)
    const life = this.#living
    ledger.say(`retry ${task.seq}`)
    const ended = ledger.retryAsked(task)
    await this.#within(life.store.retry([mintId(task.seq)]), ([result]) => {
      ledger.say(`retry ${task.seq} ${result}`)
      if (result === 'retried') life.wait({ seq: task.seq, named: undefined, created: false })
      else task.ended = ended
    })
  }

  #pauseOrResume(): void {
    const { scheduler } = this.#living
    const arm = this.chance.of(ARMS)
    const { paused } = scheduler.state(arm)
    this.ledger.say(`${paused ? 'resume' : 'pause'} ${arm}`)
    if (paused) scheduler.resume(arm)
    else scheduler.pause(arm)
  }

  #setSlots(): void {
    const arm = this.chance.of(ARMS)
    const slots = this.chance.int(1, 5)
    const enabled = this.chance.is(0.8)
    this.ledger.say(`set ${arm} ${slots} ${enabled ? 'on' : 'off'}`)
    this.#living.scheduler.setArm(arm, { slots, enabled })
  }

  #drain(): void {
    const life = this.#living
    this.ledger.say('drain')
    void life.scheduler.whenIdle().then(() => this.#checkDrained(life))
  }

  async #checkDrained(life: Life): Promise<void> {
    if (life !== this.#life || life.closing) return
    const ready = life.store.depth().ready
    const waiting = ARM_IDS.filter((arm) => {
      const { enabled, paused } = life.scheduler.state(arm)
      return enabled && !paused && ready[arm] > 0
    })
    const { executing } = this.ledger
    for (let tick = 0; tick < 10; tick++) await Promise.resolve()
    // One flush of the journal may end the last task and accept the next: then it was idle in between.
    if (this.#acceptedAtMs === this.clock.monotonicMs()) return
    if (waiting.length > 0)
      this.failed(new Broken(`drained while ${waiting.join(', ')} had ready tasks`))
    if (executing > 0) this.failed(new Broken(`drained while ${executing} tasks ran`))
  }

  async #close(): Promise<void> {
    const life = this.#living
    this.ledger.say('close')
    life.closing = true
    life.scheduler.stop()
    const quieted = life.scheduler.whenQuiet()
    if (this.chance.is(0.5)) await this.#pass(this.chance.next() * 100)
    life.scheduler.interruptAll()
    await this.#complete(quieted, 'close')
    await this.#complete(life.store.close(), 'close of the store')
    if (this.ledger.executing > 0)
      this.failed(new Broken(`closed while ${this.ledger.executing} tasks ran`))
    await this.#open()
  }

  async #crash(): Promise<void> {
    const life = this.#living
    this.ledger.say('crash')
    life.journal.crash()
    await this.#open()
  }

  async #open(): Promise<void> {
    this.#life?.clock.stop()
    this.#life = undefined
    await this.#pass(30)
    this.ledger.died()
    this.ledger.say('open')
    const life = new Life(this)
    this.#life = life
    await this.#complete(life.open(), 'open')
    await this.#reacquaint(life)
  }

  // What was acknowledged must be there; whoever waited, waits again.
  async #reacquaint(life: Life): Promise<void> {
    for (const task of this.ledger.tasks.values()) {
      if (task.ended !== undefined) continue
      life.wait({ seq: task.seq, named: undefined, created: false })
      const record = await this.#complete(life.store.get(mintId(task.seq)), 'get')
      if (record === undefined) throw new Broken(`task ${task.seq} was acknowledged and is gone`)
      const { state } = record
      if (state === 'succeeded' || state === 'failed' || state === 'cancelled')
        this.ledger.ended(task.seq, state)
    }
  }

  async #finish(): Promise<void> {
    const { scheduler } = this.#living
    // Before anything wakes the lanes again: nobody may have been forgotten.
    await this.#complete(scheduler.whenIdle(), 'a drain')
    for (const arm of ARM_IDS) {
      scheduler.setArm(arm, { slots: SLOTS, enabled: true })
      scheduler.resume(arm)
    }
    this.ledger.say('finish')
    await this.#pass(0)
    await this.#untilEnded()
    // Only what was retried, and waits for a task that failed for good, has no end of its own.
    for (const task of this.#unended()) {
      const record = await this.#complete(this.#living.store.get(mintId(task.seq)), 'get')
      if (record?.state !== 'blocked' || task.retries === 0) continue
      await this.#cancel(task)
      await this.#untilEnded()
    }
    const left = this.#unended()
    if (left.length > 0)
      throw new Broken(`tasks never ended: ${left.map(({ seq }) => seq).join(' ')}`)
    await this.#complete(scheduler.whenIdle(), 'drain of an engine that has nothing to do')
    for (const [seq, times] of this.disk.ends)
      if (times !== 1) throw new Broken(`task ${seq} was settled ${times} times`)
  }

  async #untilEnded(): Promise<void> {
    for (let turns = 0; turns < 100_000 && this.#unended().length > 0; turns++) {
      const untilMs = this.clock.untilNextMs
      if (untilMs === undefined) break
      await this.#pass(untilMs)
    }
  }

  #unended(): Known[] {
    return [...this.ledger.tasks.values()].filter((task) => task.ended === undefined)
  }

  /** Time passes, and everything that follows from it happens before more does. */
  async #pass(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms
    for (;;) {
      await quiet()
      this.#check()
      const untilMs = this.clock.untilNextMs
      if (untilMs === undefined || this.clock.monotonicMs() + untilMs > endMs) break
      this.clock.turn(untilMs)
    }
    this.clock.turn(Math.max(0, endMs - this.clock.monotonicMs()))
    await quiet()
    this.#check()
  }

  async #within<T>(promise: Promise<T>, then: (value: T) => void): Promise<void> {
    const life = this.#life
    promise.then(
      (value) => {
        if (life === this.#life) then(value)
      },
      (error: unknown) => this.failed(error),
    )
    // Sometimes the next thing happens before the answer is there.
    if (this.chance.is(0.5)) await this.#pass(5)
  }

  async #complete<T>(promise: Promise<T>, what: string): Promise<T> {
    let done = false
    const watched = promise.finally(() => (done = true))
    watched.catch(() => undefined)
    const endMs = this.clock.monotonicMs() + 60_000
    for (;;) {
      await quiet()
      this.#check()
      if (done) return watched
      const untilMs = this.clock.untilNextMs
      if (untilMs === undefined || this.clock.monotonicMs() + untilMs > endMs)
        throw new Broken(`${what} never came to its end`)
      this.clock.turn(untilMs)
    }
  }

  #check(): void {
    const failure = this.ledger.broken ?? this.#failure
    if (failure !== undefined) throw failure
  }
}

/** Promises and immediates that are due have run. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** What one seed did, for a floor under what the simulation reaches. */
export interface Simulated {
  readonly accepted: number
  readonly started: number
  readonly batches: number
  /** Parents of tasks that started. */
  readonly parents: number
}

/** @throws Broken with the last of what happened */
export async function simulate(seed: number, steps = 60): Promise<Simulated> {
  const world = new World(seed)
  try {
    await world.run(steps)
  } catch (error) {
    const happened = world.ledger.log.slice(-60).join('\n  ')
    const message = error instanceof Error ? error.message : String(error)
    throw new Broken(`seed ${seed}: ${message}\n  ${happened}\nReplay it with SEED=${seed}.`, {
      cause: error,
    })
  }
  const { tasks, startedCount, batchedCount, childrenCount } = world.ledger
  return {
    accepted: tasks.size,
    started: startedCount,
    batches: batchedCount,
    parents: childrenCount,
  }
}
