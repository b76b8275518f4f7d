import { existsSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/batch/handlers/run-batch-job.ts'
import {
  generic,
  runBatchJob,
  type BatchJobInput,
  type BatchJobResult,
} from '../../src/arms/batch/tasks.ts'
import type { TaskContext } from '../../src/arms/task-context.ts'
import type { Json } from '../../src/protocol/task.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

const module = new URL('./fixtures/batch-handlers.ts', import.meta.url).href
const batchHandlers = {
  note: { module, exportName: 'noteDown' },
  upset: { module, exportName: 'upset' },
  number: { module, exportName: 'notAFunction' },
  gone: { module: `${module}x`, exportName: 'run' },
}

function batch(
  payload: BatchJobInput | null | undefined,
  context: TaskContext,
): Promise<BatchJobResult> {
  return perform(runBatchJob, run, payload, { ...context, batchHandlers })
}

function items(
  folder: Folder,
  count: number,
  fails: Readonly<Record<number, number>> = {},
): Json[] {
  return Array.from({ length: count }, (_, index) => ({
    file: folder.at('log'),
    fails: fails[index] ?? 0,
  }))
}

function ran(folder: Folder): string {
  return existsSync(folder.at('log')) ? readFileSync(folder.at('log'), 'utf8').trim() : ''
}

describe('run-batch-job as a health check', () => {
  it.each([undefined, null, {}, { reason: 'baseline octopus health job' }])(
    'answers %j with its thread, size and speed',
    async (payload) => {
      using folder = new Folder()
      const result = await perform(generic, run, payload, taskContext(folder, { threadId: 7 }))
      expect(result).toMatchObject({ threadId: 7, artifacts: [], ...payload })
      expect(result.metrics['rssBytes']).toBeGreaterThan(1e6)
      expect(result.metrics['ms']).toBeGreaterThan(0)
    },
  )
})

describe('run-batch-job over items', () => {
  it('runs each once, in order, and commits after each chunk', async () => {
    using folder = new Folder()
    const context = taskContext(folder)
    const result = await batch({ handler: 'note', items: items(folder, 5), chunkSize: 2 }, context)
    expect(ran(folder)).toBe('0.1 1.1 2.1 3.1 4.1')
    expect(result).toMatchObject({ done: 5, skipped: [], summary: 'note: 5 items done, 0 skipped' })
    expect(context.checkpoints).toMatchObject([{ next: 2 }, { next: 4 }, { next: 5, done: 5 }])
    expect(context.progressed.at(-1)).toEqual([5, 5])
  })

  it('goes on from the last committed chunk, with its counts', async () => {
    using folder = new Folder()
    const first = taskContext(folder)
    const payload = {
      handler: 'note',
      items: items(folder, 6, { 1: 9, 5: 9 }),
      chunkSize: 2,
      skipLimit: 1,
    }
    await expect(batch(payload, first)).rejects.toMatchObject({
      code: 'E_UPSTREAM',
      retryable: true,
      message: expect.stringContaining('goes on at item 4') as string,
    })
    writeFileSync(folder.at('log'), '')
    const second = taskContext(folder, { lastCheckpoint: first.checkpoints.at(-1) })
    await expect(batch(payload, second)).rejects.toThrow(/item 5 is bad/)
    expect(ran(folder)).toBe('4.1 5.1')
    const third = taskContext(folder, { lastCheckpoint: first.checkpoints.at(-1) })
    const result = await batch({ ...payload, skipLimit: 2 }, third)
    expect(result).toMatchObject({
      done: 4,
      skipped: [{ index: 1, error: 'item 1 is bad' }, { index: 5 }],
    })
  })

  it('tries an item again as often as it may, but not one that says never', async () => {
    using folder = new Folder()
    const result = await batch(
      { handler: 'note', items: items(folder, 1, { 0: 2 }), retries: 2 },
      taskContext(folder),
    )
    expect(ran(folder)).toBe('0.1 0.2 0.3')
    expect(result.done).toBe(1)
    await batch(
      { handler: 'upset', items: [folder.at('other')], retries: 5, skipLimit: 1 },
      taskContext(folder),
    )
    expect(readFileSync(folder.at('other'), 'utf8')).toBe('1 ')
  })

  it.each([
    ['items.ndjson', '\n'],
    ['items.jsonl', '\r\n'],
  ])('reads %s line by line and resumes at its byte offset', async (name, ending) => {
    using folder = new Folder()
    writeFileSync(
      folder.at(name),
      items(folder, 5)
        .map((item) => JSON.stringify(item) + ending + ending)
        .join(''),
    )
    const payload = { handler: 'note', itemsFile: folder.at(name), chunkSize: 2 }
    const first = taskContext(folder)
    await batch(payload, first)
    expect(ran(folder)).toBe('0.1 1.1 2.1 3.1 4.1')
    writeFileSync(folder.at('log'), '')
    await batch(payload, taskContext(folder, { lastCheckpoint: first.checkpoints[1] }))
    expect(ran(folder)).toBe('4.1')
  })

  it('refuses to resume in a file that changed meanwhile', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('items.txt'), 'a\nb\n')
    const first = taskContext(folder)
    const payload = {
      handler: 'upset',
      itemsFile: folder.at('items.txt'),
      skipLimit: 9,
      chunkSize: 1,
    }
    const inFolder = { ...payload, itemsFile: folder.at('items.txt') }
    writeFileSync(folder.at('items.txt'), `${folder.at('x')}\n${folder.at('y')}\n`)
    await batch(inFolder, first)
    appendFileSync(folder.at('items.txt'), 'c\n')
    await expect(
      batch(inFolder, taskContext(folder, { lastCheckpoint: first.checkpoints[0] })),
    ).rejects.toThrow(/changed since item 1/)
  })

  it('stops between two items when cancelled, the committed chunks kept', async () => {
    using folder = new Folder()
    const abort = new AbortController()
    const context = taskContext(folder, {
      signal: abort.signal,
      progress: () => abort.abort(new Error('cancelled')),
    })
    await expect(
      batch({ handler: 'note', items: items(folder, 9), chunkSize: 3 }, context),
    ).rejects.toThrow('cancelled')
    expect(ran(folder)).toBe('0.1 1.1 2.1')
    expect(context.checkpoints).toHaveLength(1)
  })

  it('keeps checkpoint and result small, however many items fail', async () => {
    using folder = new Folder()
    const context = taskContext(folder)
    const many = Array.from({ length: 3000 }, () => folder.at('x'))
    const result = await batch(
      { handler: 'upset', items: many, skipLimit: 3000, chunkSize: 1000 },
      context,
    )
    expect(result.metrics['skipped']).toBe(3000)
    expect(result.skipped).toHaveLength(100)
    expect(JSON.stringify(result).length).toBeLessThan(64 * 1024)
    expect(JSON.stringify(context.checkpoints.at(-1)).length).toBeLessThan(64 * 1024)
  })

  it('only counts in a dry run', async () => {
    using folder = new Folder()
    expect(
      await batch({ handler: 'note', items: items(folder, 3), dryRun: true }, taskContext(folder)),
    ).toMatchObject({ summary: 'would run note on 3 items' })
    expect(ran(folder)).toBe('')
  })

  it.each(['nobody', 'constructor', '__proto__', 'toString'])(
    'knows no handler %s',
    async (handler) => {
      using folder = new Folder()
      await expect(batch({ handler, items: [] }, taskContext(folder))).rejects.toMatchObject({
        code: 'E_PAYLOAD',
        message: expect.stringContaining('note, upset') as string,
      })
    },
  )

  it.each([
    ['number', /exports no function 'notAFunction'/],
    ['gone', /could not be loaded/],
  ])('says what is wrong with the module of %s', async (handler, message) => {
    using folder = new Folder()
    await expect(batch({ handler, items: [] }, taskContext(folder))).rejects.toThrow(message)
  })

  it.each([
    [{ handler: 'note' }, /either items or itemsFile/],
    [{ handler: 'note', items: [], itemsFile: 'x' }, /either items or itemsFile/],
    [{ items: [] }, /items need a handler/],
    [{ handler: 'note', items: [], chunkSize: 0 }, /payload\.chunkSize/],
    [{ reasn: 'typo' }, /reasn/],
  ])('refuses the payload %j', async (payload, message) => {
    using folder = new Folder()
    await expect(batch(payload as BatchJobInput, taskContext(folder))).rejects.toThrow(message)
  })

  it('names the item that is not JSON', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('items.ndjson'), '{"file":"x"}\nnope\n')
    await expect(
      batch(
        { handler: 'note', itemsFile: folder.at('items.ndjson'), dryRun: true },
        taskContext(folder),
      ),
    ).rejects.toThrow(/item 1 is not JSON/)
    await expect(
      batch({ handler: 'note', itemsFile: '/etc/passwd' }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
  })
})
