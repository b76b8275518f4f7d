import { afterEach, expect, test } from 'vitest'
import { Octopus, type EngineEvent, type TaskHandle } from '../../src/main/index.ts'
import { leave } from '../fixtures/misbehaving.ts'

// A failure that surfaces after its task was settled: the outcome stands, the failure is told beside it under the task's
// name, and the tasks that happen to run in that thread then never notice.

let octopus: Octopus | undefined

afterEach(async () => {
  await octopus?.close()
  octopus = undefined
})

const CASES = (['throw', 'reject', 'exit'] as const).flatMap((what) => [
  { what, idle: false, others: 'busy' },
  { what, idle: true, others: 'waiting' },
])

test.for(CASES)(
  'a task that leaves a $what behind keeps its outcome and spares others that are $others',
  async ({ what, idle }) => {
    octopus = await Octopus.open({
      store: 'memory',
      tasks: new URL('../fixtures/misbehaving.ts', import.meta.url),
      arms: { batch: { maxParallel: 1 } },
    })
    const late: Extract<EngineEvent, { kind: 'task.late-failure' }>[] = []
    octopus.watch((event) => {
      if (event.kind === 'task.late-failure') late.push(event)
    })
    await octopus.enqueueMany(
      leave,
      Array.from({ length: 50 }, () => ({ ms: 0 })),
    )
    await octopus.drain()

    octopus.pause('batch')
    const first = await octopus.enqueue(leave, { ms: 0, after: 25, what })
    const others: TaskHandle[] = []
    for (let at = 0; at < 20; at++) others.push(await octopus.enqueue(leave, { ms: 6, idle }))
    octopus.resume('batch')

    // Settled before the others have run for as long as what it left behind waits.
    expect(await first.result()).toBeNull()
    await Promise.all(others.map((handle) => handle.result()))
    expect(late.map(({ task, failure }) => [task, failure.message])).toEqual([
      [
        first.id,
        what === 'exit' ? 'process.exit(7) was called after the task had ended' : 'left behind',
      ],
    ])
    for (const handle of [first, ...others])
      expect((await octopus.get(handle.id))?.attempts).toHaveLength(1)
  },
)
