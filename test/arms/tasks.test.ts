import { describe, expect, it } from 'vitest'
import { ARMS } from '../../src/arms/index.ts'

const declared = ARMS.flatMap((arm) =>
  arm.tasks.map((task) => ({ arm: arm.id, task, name: `${arm.id} ${task.type}` })),
)

describe('the built-in tasks', () => {
  it('are there, each type once', () => {
    const types = declared.map(({ task }) => task.type)
    expect(types).toEqual(
      expect.arrayContaining([
        'run-batch-job',
        'generic',
        'checksum-files',
        'compress-files',
        'run-command',
        'run-build',
        'validate-files',
      ]),
    )
    expect(new Set(types).size).toBe(types.length)
  })

  it.each(declared)(
    '$name is served by its own arm, and its handler can be loaded',
    async ({ arm, task }) => {
      expect([task.arm].flat()).toContain(arm)
      const loaded = (await import(task.handler!.module.href)) as Record<string, unknown>
      expect(loaded[task.handler!.exportName]).toBeTypeOf('function')
    },
  )

  it.each(declared)('$name refuses a key it does not know', async ({ task }) => {
    const result = await task.payload!['~standard'].validate({ surely: 'not a key' })
    expect(result.issues?.map((issue) => issue.message).join(' ')).toMatch(/surely|never/)
  })
})
