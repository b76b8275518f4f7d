import { writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { TaskHandle } from '../../src/main/index.ts'
import { leave } from '../fixtures/misbehaving.ts'
import { Rig } from '../rig/engine.ts'

// A failure that surfaces after its task was settled: the outcome stands, the failure is told beside it under the task's
// name, and the tasks that happen to run in that thread then never notice.

const CASES = (['throw', 'reject', 'exit'] as const).flatMap((what) => [
  { what, idle: false, others: 'busy' },
  { what, idle: true, others: 'waiting' },
])

test.for(CASES)(
  'a task that leaves a $what behind keeps its outcome and spares others that are $others',
  async ({ what, idle }) => {
    await using rig = new Rig()
    const octopus = await rig.open({
      tasks: new URL('../fixtures/misbehaving.ts', import.meta.url),
      arms: { batch: { maxParallel: 1 } },
    })
    const late = (): { task: string | undefined; failure: { message: string } }[] =>
      rig.events.filter((event) => event.kind === 'task.late-failure')
    await octopus.enqueueMany(
      leave,
      Array.from({ length: 50 }, () => ({ ms: 0 })),
    )
    await octopus.drain()

    octopus.pause('batch')
    const first = await octopus.enqueue(leave, { ms: 0, fuse: rig.at('fuse'), what })
    const others: TaskHandle[] = []
    for (let at = 0; at < 30; at++) others.push(await octopus.enqueue(leave, { ms: 6, idle }))
    octopus.resume('batch')

    expect(await first.result()).toBeNull()
    writeFileSync(rig.at('fuse'), '')
    await Promise.all(others.map((handle) => handle.result()))
    await vi.waitUntil(() => late().length > 0)
    expect(late().map(({ task, failure }) => [task, failure.message])).toEqual([
      [
        first.id,
        what === 'exit' ? 'process.exit(7) was called after the task had ended' : 'left behind',
      ],
    ])
    for (const handle of [first, ...others])
      expect((await octopus.get(handle.id))?.attempts).toHaveLength(1)
  },
)
