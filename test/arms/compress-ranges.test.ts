import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/batch/handlers/compress-files.ts'
import { run as packRange } from '../../src/arms/batch/handlers/compress-range.ts'
import { run as removeRanges } from '../../src/arms/batch/handlers/remove-ranges.ts'
import { SPLIT_BYTES_MIN } from '../../src/arms/batch/gzip-ranges.ts'
import { compressRange, type CompressRangeResult } from '../../src/arms/batch/range-tasks.ts'
import {
  compressFiles,
  type Compress,
  type CompressInput,
  type CompressResult,
} from '../../src/arms/batch/tasks.ts'
import { isTemporaryName } from '../../src/arms/output-file.ts'
import { isSplit, partsOf, type Split } from '../../src/arms/split.ts'
import type { Json, Payload } from '../../src/protocol/task.ts'
import { Rig } from '../rig/engine.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

const BYTES = SPLIT_BYTES_MIN + 5_000_001

/** Large, quick to pack, and not the same anywhere. */
function large(): Buffer {
  const content = Buffer.alloc(BYTES)
  for (let at = 0; at < BYTES; at += 4_096) content.writeUInt32LE(at, at % (BYTES - 4))
  return content
}

function compress(
  folder: Folder,
  input: Partial<CompressInput>,
  given: { readonly parts?: readonly Payload[]; readonly lastCheckpoint?: Json } = {},
): Promise<CompressResult | Split> {
  return perform<CompressInput, Compress, CompressResult | Split>(
    compressFiles,
    run,
    { paths: ['a.log'], cwd: folder.path, ...input },
    taskContext(folder, given),
  )
}

async function packAll(folder: Folder, split: CompressResult | Split): Promise<Json[]> {
  if (!isSplit(split)) throw new Error('it was not split')
  const results: CompressRangeResult[] = []
  for (const { payload } of partsOf(split)) {
    const context = taskContext(folder, { id: `part:${results.length}` as never })
    results.push(await perform(compressRange, packRange, payload as never, context))
  }
  return JSON.parse(JSON.stringify(results)) as Json[]
}

describe('compress-files of a large file', () => {
  it('is done in ranges, and comes out as one thread makes it, to the byte', async () => {
    using folder = new Folder()
    const content = large()
    writeFileSync(folder.at('a.log'), content)
    const parts = await packAll(folder, await compress(folder, {}))
    expect(parts.length).toBeGreaterThan(2)
    const result = await compress(folder, { keepOriginal: false }, { parts })
    expect(result).toMatchObject({ files: [{ bytesIn: BYTES, outcome: 'made' }] })
    expect(readdirSync(folder.path)).toEqual(['a.log.gz'])
    const joined = readFileSync(folder.at('a.log.gz'))
    writeFileSync(folder.at('b.log'), content)
    await compress(folder, { paths: ['b.log'] }, { lastCheckpoint: THREE_SPLITS })
    expect(readFileSync(folder.at('b.log.gz')).equals(joined)).toBe(true)
    expect(gunzipSync(joined).equals(content)).toBe(true)
  })

  it('that was written to meanwhile is split anew, at most three times', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.log'), large())
    const first = await compress(folder, {})
    appendFileSync(folder.at('a.log'), 'more')
    const parts = await packAll(folder, first)
    expect(parts).toEqual(expect.arrayContaining([expect.objectContaining({ outcome: 'changed' })]))
    const lastCheckpoint = { begun: false, splits: 1 }
    expect(isSplit(await compress(folder, {}, { parts, lastCheckpoint }))).toBe(true)
    const last = await compress(folder, {}, { parts, lastCheckpoint: THREE_SPLITS })
    expect(last).toMatchObject({ files: [{ outcome: 'made', bytesIn: BYTES + 4 }] })
  })

  it('notices a range that is not what its task had written', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.log'), large())
    const parts = await packAll(folder, await compress(folder, {}))
    const { output } = parts[1] as { output: string }
    const bytes = readFileSync(output)
    bytes[20]! ^= 1
    writeFileSync(output, bytes)
    await expect(compress(folder, {}, { parts })).rejects.toThrow(/not as it was written/)
    expect(existsSync(folder.at('a.log.gz'))).toBe(false)
  })

  it('keeps its ranges from everybody else, and in a folder that no glob finds', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.log'), large(), { mode: 0o600 })
    await packAll(folder, await compress(folder, {}))
    const [hidden] = readdirSync(folder.path).filter(isTemporaryName)
    expect(statSync(folder.at(hidden!)).mode & 0o777).toBe(0o700)
    expect(statSync(folder.at(hidden!, '0')).mode & 0o777).toBe(0o600)
    const again = await compress(folder, { paths: ['**'] }, { lastCheckpoint: THREE_SPLITS })
    expect(again).toMatchObject({ metrics: { files: 1 } })
  })

  it('removes nothing but its own folders', async () => {
    using folder = new Folder()
    const context = taskContext(folder)
    await expect(removeRanges({ folders: [folder.at('mine')] }, context)).rejects.toMatchObject({
      code: 'E_CONFINED',
    })
    await expect(
      removeRanges({ folders: ['/etc/.tmp-0123456789abcdef-01234567'] }, context),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
  })
})

describe('an engine', () => {
  it('packs one large file with several threads, and tidies up', { timeout: 60_000 }, async () => {
    await using rig = new Rig()
    writeFileSync(rig.at('a.log'), large())
    const octopus = await rig.open({ allow: { read: [rig.folder], write: [rig.folder] } })
    const handle = await octopus.enqueue(compressFiles, { paths: [rig.at('a.log')] })
    expect(await handle.result()).toMatchObject({ files: [{ outcome: 'made', bytesIn: BYTES }] })
    await octopus.drain()
    const ranges = rig.traces.filter(({ type }) => type === compressRange.type)
    expect(new Set(ranges.map(({ threadId }) => threadId)).size).toBeGreaterThan(1)
    expect(readdirSync(rig.folder).sort()).toEqual(['a.log', 'a.log.gz'])
    expect(gunzipSync(readFileSync(rig.at('a.log.gz'))).equals(large())).toBe(true)
  })

  it('leaves nothing behind of a file whose task was cancelled', { timeout: 60_000 }, async () => {
    await using rig = new Rig()
    writeFileSync(rig.at('a.log'), large())
    const octopus = await rig.open({
      allow: { read: [rig.folder], write: [rig.folder] },
      arms: { batch: { maxParallel: 1 } },
    })
    const handle = await octopus.enqueue(compressFiles, { paths: [rig.at('a.log')], level: 9 })
    await new Promise<void>((resolve) => handle.on('progress', () => resolve()))
    expect(await handle.cancel()).toBe('removed')
    await octopus.drain()
    expect(readdirSync(rig.folder)).toEqual(['a.log'])
  })
})

const THREE_SPLITS = { begun: false, splits: 3 }
