import { afterEach, expect, test } from 'vitest'
import { ArmRegistry, OctopusExecutor, type OctopusTask } from '../../src/main/index.ts'
import { echo, gated } from '../fixtures/surface.ts'
import { Gates } from '../rig/gates.ts'

const tasks = new URL('../fixtures/surface.ts', import.meta.url)

afterEach(() => OctopusExecutor.close())

function task(id: string, more: Partial<OctopusTask> = {}): OctopusTask {
  return { id, type: 'gated', payload: { gate: 'g', note: id }, createdAt: Date.now(), ...more }
}

test('its status is there before anything was opened', () => {
  const { lastRunAt, queuedTasks, arms } = OctopusExecutor.status()
  expect({ lastRunAt, queuedTasks }).toEqual({ lastRunAt: null, queuedTasks: 0 })
  expect(arms).toHaveLength(8)
  expect(arms[1]).toEqual({
    id: 'batch',
    enabled: true,
    maxParallel: 4,
    activeTasks: 0,
    processedCount: 0,
    failedCount: 0,
  })
})

test('what was enqueued runs in the next cycle, by fractional priority', async () => {
  await OctopusExecutor.init({ store: 'memory', tasks, arms: { batch: { maxParallel: 1 } } })
  const gates = new Gates()
  gates.open('g')
  void OctopusExecutor.enqueue(task('low', { priority: 0.1 }))
  void OctopusExecutor.enqueue(task('high', { priority: 0.9 }))
  void OctopusExecutor.enqueue(task('middle', { priority: 0.5 }))
  const summary = await OctopusExecutor.run({ dreamOps: gates.service })
  expect(summary).toMatchObject({ processed: 3, failed: 0, unfinished: 0 })
  expect(await gates.arrivals('g', 3)).toEqual(['high', 'middle', 'low'])
  const { lastRunAt, queuedTasks, arms } = OctopusExecutor.status()
  expect(queuedTasks).toBe(0)
  expect(lastRunAt).toBeGreaterThan(0)
  expect(arms.find(({ id }) => id === 'batch')).toMatchObject({ processedCount: 3, failedCount: 0 })
})

test('what cannot be accepted is said in the answer and the status, and never thrown', async () => {
  await OctopusExecutor.init({ store: 'memory', tasks })
  const before = OctopusExecutor.status().refusedTasks
  const refused = await OctopusExecutor.enqueue(task('odd', { type: 'no-such-type' }))
  expect(refused).toMatchObject({ ok: false, error: { code: 'E_UNKNOWN_TYPE' } })
  expect(OctopusExecutor.status()).toMatchObject({
    refusedTasks: before + 1,
    lastRefusal: expect.stringMatching(/^odd \(no-such-type\): /) as unknown,
    queuedTasks: 0,
  })
  expect(await OctopusExecutor.enqueue(task('good'))).toEqual({ ok: true, id: 'good' })
})

test('runs that overlap join one cycle', async () => {
  await OctopusExecutor.init({ store: 'memory', tasks })
  const gates = new Gates()
  const context = { dreamOps: gates.service }
  await OctopusExecutor.enqueue(task('one'))
  const first = OctopusExecutor.run(context)
  await gates.arrival('g')
  const second = OctopusExecutor.run(context)
  gates.open('g')
  expect(await second).toBe(await first)
  expect(await first).toMatchObject({ processed: 1 })
})

test('an arm may be set before and after the engine opens; a function is no task', async () => {
  const config = { id: 'batch', enabled: true, maxParallel: 3 } as const
  expect(() => ArmRegistry.registerArm(config, (() => null) as never)).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', arm: 'batch' }),
  )
  ArmRegistry.registerArm(config, [gated], { url: tasks.href, exportName: 'gated' })
  expect(ArmRegistry.status()[1]).toMatchObject({ id: 'batch', maxParallel: 3 })
  await OctopusExecutor.init({ store: 'memory' })
  expect(ArmRegistry.status()[1]).toMatchObject({ id: 'batch', maxParallel: 3 })
  ArmRegistry.registerArm({ ...config, maxParallel: 4 }, echo, {
    url: tasks.href,
    exportName: 'echo',
  })
  expect(ArmRegistry.status()[1]).toMatchObject({ id: 'batch', maxParallel: 4 })
  await OctopusExecutor.enqueue({ id: 'e', type: 'echo', payload: {}, createdAt: Date.now() })
  expect(await OctopusExecutor.run()).toMatchObject({ processed: 1 })
})
