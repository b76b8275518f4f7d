import { expect, test } from 'vitest'
import { Octopus } from '../../src/main/index.ts'
import { noop } from '../fixtures/tasks.ts'

test('an arm whose threads cannot start says so instead of waiting for ever', async () => {
  const octopus = await Octopus.open({
    store: 'memory',
    tasks: new URL('../fixtures/tasks.ts', import.meta.url),
    // Too little to load the thread's own modules.
    arms: { batch: { memoryMbMax: 8 } },
  })
  const task = await octopus.enqueue(noop, undefined)
  await expect(task.result()).rejects.toMatchObject({ code: 'E_THREAD', arm: 'batch' })
  expect(octopus.status()).toMatchObject({ state: 'failed', queuedTasks: 1 })
  await octopus.close()
})
