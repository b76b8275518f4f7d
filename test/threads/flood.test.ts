import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  Octopus,
  type AttemptTrace,
  type EngineEvent,
  type Failure,
  type FailureReason,
} from '../../src/main/index.ts'
import {
  floodExit,
  floodLate,
  floodLoop,
  floodMemory,
  floodQuick,
  MISBEHAVIOURS,
  type Conduct,
  type Family,
  type Misbehaviour,
} from '../fixtures/misbehaving.ts'
import { Chance, seeds } from '../rig/random.ts'

// The "done when": whatever a task does to itself, the tasks beside it succeed at their first attempt, it alone is
// charged, and the reason says what it did. Real threads, real batches.

let octopus: Octopus
const traces = new Map<number, AttemptTrace[]>()
const lateFailures: Failure[] = []

beforeAll(async () => {
  octopus = await Octopus.open({
    store: 'memory',
    tasks: new URL('../fixtures/misbehaving.ts', import.meta.url),
    arms: { batch: { maxParallel: 3, memoryMbMax: 24 } },
    resultBytesMax: 200_000,
    cancelGrace: '50ms',
  })
  octopus.watch((event) => note(event))
})

afterAll(async () => {
  await octopus.close()
})

function note(event: EngineEvent): void {
  if (event.kind === 'task.late-failure') lateFailures.push(event.failure)
  if (event.kind !== 'attempt.ended') return
  const { trace } = event
  traces.set(trace.seq, [...(traces.get(trace.seq) ?? []), trace])
}

const FAMILIES = {
  quick: floodQuick,
  late: floodLate,
  exit: floodExit,
  loop: floodLoop,
  memory: floodMemory,
}

const REASON: Readonly<Record<Misbehaviour, FailureReason>> = {
  'throw-null': 'threw',
  'throw-text': 'threw',
  'throw-proxy': 'threw',
  'throw-getter': 'threw',
  reject: 'threw',
  'late-timer': 'threw',
  'late-immediate': 'threw',
  'late-rejection': 'threw',
  'late-null': 'threw',
  'late-exit': 'threw',
  'exit-0': 'worker-exited',
  'exit-3': 'worker-exited',
  loop: 'timeout',
  silence: 'timeout',
  objects: 'out-of-memory',
  strings: 'out-of-memory',
  function: 'unserializable',
  bigint: 'unserializable',
  cycle: 'unserializable',
  map: 'unserializable',
  oversized: 'unserializable',
}

const MESSAGE: Readonly<Partial<Record<Misbehaviour, RegExp>>> = {
  'throw-null': /null/,
  'exit-0': /exit code 0/,
  'exit-3': /exit code 3/,
  function: /^result is a function/,
  bigint: /^result\.value is a bigint/,
  cycle: /refers to itself/,
  map: /^result is a Map/,
  oversized: /300002 bytes, the limit is 200000/,
}

interface Flooded {
  readonly conduct: Conduct
  readonly attempts: readonly AttemptTrace[]
  readonly result: unknown
}

/** Runs `innocent` well-behaved tasks with the guilty ones strewn among them, all of one type that is known to be short. */
async function flood(
  family: Family,
  seed: number,
  innocent: number,
  guilty: number,
): Promise<Flooded[]> {
  const chance = new Chance(seed)
  const task = FAMILIES[family]
  await octopus.enqueueMany(
    task,
    Array.from({ length: 60 }, () => ({ mark: 'warm' })),
  )
  await octopus.drain()
  const conducts = chance.shuffled<Conduct>([
    ...Array.from({ length: innocent }, (_, at) => ({ mark: `innocent ${seed}.${at}` })),
    ...Array.from({ length: guilty }, (_, at) => ({
      mark: `guilty ${family}.${seed}.${at}.`,
      how: chance.of<Misbehaviour>(MISBEHAVIOURS[family]),
    })),
  ])
  const batch = await octopus.enqueueMany(task, conducts)
  await octopus.drain()
  const records = await Promise.all(conducts.map((_, at) => octopus.get(batch.id(at))))
  return conducts.map((conduct, at) => {
    const record = records[at]!
    return {
      conduct,
      attempts: traces.get(Number.parseInt(record.id.slice(2), 36)) ?? [],
      result: record.result,
    }
  })
}

function checkInnocent({ conduct, attempts }: Flooded): void {
  const ends = attempts.map(({ attempt, state, failure }) => ({ attempt, state, failure }))
  expect(ends, conduct.mark).toEqual([{ attempt: 1, state: 'succeeded', failure: undefined }])
}

function checkGuilty({ conduct, attempts }: Flooded): void {
  const { how, mark } = conduct
  if (how === undefined) return
  expect(attempts, `${how} ${mark}`).toHaveLength(1)
  const failure = attempts[0]?.failure
  if (failure === undefined) {
    // It surfaced after the outcome was read, which stands, or not at all: an earlier one had ended the thread.
    expect(how).toMatch(/^late-/)
    expect(lateFailures.filter(({ message }) => message === mark).length).toBeLessThanOrEqual(1)
    return
  }
  expect(failure.reason, `${how} ${mark}: ${failure.message}`).toBe(REASON[how])
  if (MESSAGE[how] !== undefined) expect(failure.message).toMatch(MESSAGE[how])
}

function batchedShare(flooded: readonly Flooded[]): number {
  const innocent = flooded.filter(({ conduct }) => conduct.how === undefined)
  const beside = innocent.filter(({ result }) => (result as { ranBefore: number }).ranBefore > 0)
  return beside.length / innocent.length
}

const PLANS: readonly {
  family: Family
  runs: number
  innocent: number
  guilty: number
  batched: number
  what: string
}[] = [
  {
    family: 'quick',
    runs: 10,
    innocent: 200,
    guilty: 30,
    batched: 0.5,
    what: 'throws anything, or returns what cannot be sent',
  },
  {
    family: 'late',
    runs: 6,
    innocent: 150,
    guilty: 6,
    batched: 0.5,
    what: 'throws, rejects or exits after it returned',
  },
  { family: 'exit', runs: 6, innocent: 150, guilty: 6, batched: 0.5, what: 'ends its thread' },
  { family: 'loop', runs: 2, innocent: 100, guilty: 3, batched: 0.1, what: 'never ends' },
  {
    family: 'memory',
    runs: 2,
    innocent: 100,
    guilty: 3,
    batched: 0.1,
    what: "eats its thread's memory",
  },
]

describe('a task that', () => {
  for (const { family, runs, innocent, guilty, batched, what } of PLANS) {
    test.for(seeds(runs))(`${what} costs itself alone (seed %i)`, async (seed) => {
      const flooded = await flood(family, seed, innocent, guilty)
      for (const one of flooded) if (one.conduct.how === undefined) checkInnocent(one)
      for (const one of flooded) checkGuilty(one)
      expect(batchedShare(flooded)).toBeGreaterThan(batched)
    })
  }
})
