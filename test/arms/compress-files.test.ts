import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/batch/handlers/compress-files.ts'
import { SUFFIX } from '../../src/arms/batch/packing.ts'
import {
  compressFiles,
  type Compress,
  type CompressInput,
  type CompressResult,
} from '../../src/arms/batch/tasks.ts'
import { isTemporaryName, OutputFile } from '../../src/arms/output-file.ts'
import { isSplit, type Split } from '../../src/arms/split.ts'
import type { TaskContext } from '../../src/arms/task-context.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

// The zstd program is a better judge of our files than Node is, but not every machine has it.
const hasZstd = spawnSync('zstd', ['--version']).status === 0

const ALGOS = ['gzip', 'zstd', 'brotli'] as const
const FOREIGN: Readonly<Record<(typeof ALGOS)[number], (path: string) => Buffer>> = {
  gzip: (path) => execFileSync('gzip', ['-dc', path], { maxBuffer: 2 ** 30 }),
  zstd: (path) =>
    hasZstd
      ? execFileSync('zstd', ['-dc', path], { maxBuffer: 2 ** 30 })
      : zlib.zstdDecompressSync(readFileSync(path)),
  brotli: (path) => zlib.brotliDecompressSync(readFileSync(path)),
}

/** Text that compresses, with noise that does not; several gzip blocks long. */
function sample(bytes: number): Buffer {
  const text = Buffer.from(
    'GET /index.html 200 some words that come again and again\n'.repeat(Math.ceil(bytes / 57)),
  )
  return Buffer.concat([
    text.subarray(0, Math.floor(bytes / 2)),
    randomBytes(Math.ceil(bytes / 2)),
  ]).subarray(0, bytes)
}

/** As c.zst and d.zst: with a long window, and without checksum or known size. */
function packForeign(folder: Folder, whole: Buffer): void {
  writeFileSync(folder.at('plain'), whole)
  execFileSync('zstd', ['-q', '-19', '--long=27', folder.at('plain'), '-o', folder.at('c.zst')])
  writeFileSync(folder.at('d'), whole)
  execFileSync('zstd', ['-q', '--no-check', '-T2', folder.at('d')])
  rmSync(folder.at('d'))
}

async function compress(payload: CompressInput, context: TaskContext): Promise<CompressResult> {
  const result = await perform<CompressInput, Compress, CompressResult | Split>(
    compressFiles,
    run,
    payload,
    context,
  )
  if (isSplit(result)) throw new Error('it was split')
  return result
}

describe.each(ALGOS)('compress-files with %s', (algo) => {
  const suffix = SUFFIX[algo]

  it.each([0, 1, 100_000, 4 * 1024 * 1024, 9_000_001])(
    'packs %i bytes so that another program reads them back',
    async (bytes) => {
      using folder = new Folder()
      const content = sample(bytes)
      writeFileSync(folder.at('a.log'), content)
      const result = await compress(
        { paths: ['a.log'], cwd: folder.path, algo },
        taskContext(folder),
      )
      expect(FOREIGN[algo](folder.at(`a.log${suffix}`)).equals(content)).toBe(true)
      expect(result.files).toMatchObject([
        { bytesIn: bytes, bytesOut: statSync(folder.at(`a.log${suffix}`)).size, outcome: 'made' },
      ])
      expect(readdirSync(folder.path).sort()).toEqual(['a.log', `a.log${suffix}`])
    },
  )

  it('keeps mode and date, and comes back the same, the originals gone both times', async () => {
    using folder = new Folder()
    const content = sample(300_000)
    writeFileSync(folder.at('a'), content)
    chmodSync(folder.at('a'), 0o600)
    utimesSync(folder.at('a'), 1_600_000_000, 1_600_000_000)
    await compress(
      { paths: ['a'], cwd: folder.path, algo, keepOriginal: false },
      taskContext(folder),
    )
    expect(readdirSync(folder.path)).toEqual([`a${suffix}`])
    await compress(
      { paths: [`a${suffix}`], cwd: folder.path, algo, decompress: true, keepOriginal: false },
      taskContext(folder),
    )
    expect(readdirSync(folder.path)).toEqual(['a'])
    const stat = statSync(folder.at('a'))
    expect([stat.mode & 0o777, stat.mtimeMs]).toEqual([0o600, 1_600_000_000_000])
    expect(readFileSync(folder.at('a')).equals(content)).toBe(true)
  })

  it('notices damage: cut off, or foreign bytes behind the end', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), sample(200_000))
    await compress(
      { paths: ['a'], cwd: folder.path, algo, keepOriginal: false },
      taskContext(folder),
    )
    const whole = readFileSync(folder.at(`a${suffix}`))
    for (const bytes of [
      Buffer.alloc(0),
      whole.subarray(0, 9),
      whole.subarray(0, whole.length / 2),
      whole.subarray(0, -2),
      Buffer.concat([whole, Buffer.from('more')]),
    ]) {
      writeFileSync(folder.at(`a${suffix}`), bytes)
      const unpacking = compress(
        { paths: [`a${suffix}`], cwd: folder.path, algo, decompress: true, keepOriginal: false },
        taskContext(folder),
      )
      await expect(unpacking, `${bytes.length} of ${whole.length}`).rejects.toMatchObject({
        code: 'E_CORRUPT',
        retryable: false,
      })
      expect(readdirSync(folder.path)).toEqual([`a${suffix}`])
    }
  })

  it('refuses to unpack a bomb', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('zeros'), Buffer.alloc(40 * 1024 * 1024))
    await compress({ paths: ['zeros'], cwd: folder.path, algo }, taskContext(folder))
    rmSync(folder.at('zeros'))
    const payload = { paths: [`zeros${suffix}`], cwd: folder.path, algo, decompress: true }
    await expect(compress(payload, taskContext(folder))).rejects.toThrow(/raise ratioMax/)
    expect(existsSync(folder.at('zeros'))).toBe(false)
    await compress({ ...payload, ratioMax: 1e6 }, taskContext(folder))
    expect(statSync(folder.at('zeros')).size).toBe(40 * 1024 * 1024)
  })

  it('takes up where an attempt died, wherever it died', async () => {
    using folder = new Folder()
    const content = sample(50_000)
    for (const name of ['a', 'b', 'c']) writeFileSync(folder.at(name), content)
    const payload = { paths: ['*'], cwd: folder.path, algo, keepOriginal: false }
    const context = taskContext(folder)
    // b: died between rename and unlink. c: died while writing.
    await compress({ ...payload, paths: ['b'], keepOriginal: true }, context)
    new OutputFile(folder.at(`c${suffix}`), context.id).write(Buffer.from('half'))
    const result = await compress(payload, context)
    expect(result.files.map((file) => file.outcome)).toEqual(['made', 'present', 'made'])
    expect(readdirSync(folder.path).sort()).toEqual([`a${suffix}`, `b${suffix}`, `c${suffix}`])
    // All was done, only the settling was lost: nothing matches any more, and that is well.
    const again = await compress(
      payload,
      taskContext(folder, { lastCheckpoint: context.checkpoints.at(-1) }),
    )
    expect(again.metrics).toMatchObject({ files: 0 })
    expect(await compress({ ...payload, paths: ['a'] }, taskContext(folder))).toMatchObject({
      metrics: { files: 0 },
    })
  })
})

describe('compress-files', () => {
  it('unpacks what other programs packed: several members or frames, skippable ones too', async () => {
    using folder = new Folder()
    const parts = [sample(10_000), sample(200_000), Buffer.alloc(0), sample(1)]
    const whole = Buffer.concat(parts)
    writeFileSync(
      folder.at('a.gz'),
      Buffer.concat([...parts.map((part) => zlib.gzipSync(part)), Buffer.alloc(512)]),
    )
    const skippable = Buffer.concat([
      Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]),
      Buffer.from('skip'),
    ])
    writeFileSync(
      folder.at('b.zst'),
      Buffer.concat([skippable, ...parts.map((part) => zlib.zstdCompressSync(part)), skippable]),
    )
    if (hasZstd) packForeign(folder, whole)
    await compress({ paths: ['a.gz'], cwd: folder.path, decompress: true }, taskContext(folder))
    await compress(
      { paths: ['*.zst'], cwd: folder.path, decompress: true, algo: 'zstd' },
      taskContext(folder),
    )
    for (const name of hasZstd ? ['a', 'b', 'c', 'd'] : ['a', 'b'])
      expect(readFileSync(folder.at(name)).equals(whole), name).toBe(true)
  })

  it('brings back whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.constantFrom(...ALGOS),
        async (bytes, algo) => {
          using folder = new Folder()
          writeFileSync(folder.at('a'), bytes)
          await compress(
            { paths: ['a'], cwd: folder.path, algo, keepOriginal: false },
            taskContext(folder),
          )
          await compress(
            { paths: [`a${SUFFIX[algo]}`], cwd: folder.path, algo, decompress: true },
            taskContext(folder),
          )
          expect(new Uint8Array(readFileSync(folder.at('a')))).toEqual(bytes)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('does not overwrite what is not its own, unless told to', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), 'new')
    writeFileSync(folder.at('a.gz'), zlib.gzipSync('old'))
    const payload = { paths: ['a'], cwd: folder.path, keepOriginal: false }
    await expect(compress(payload, taskContext(folder))).rejects.toThrow(/set overwrite/)
    expect(existsSync(folder.at('a'))).toBe(true)
    await compress({ ...payload, overwrite: true }, taskContext(folder))
    expect(zlib.gunzipSync(readFileSync(folder.at('a.gz'))).toString()).toBe('new')
  })

  it('does the other files when one is bad, keeps its original, and fails in the end', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.gz'), 'no gzip at all')
    writeFileSync(folder.at('b.gz'), zlib.gzipSync('good'))
    await expect(
      compress(
        { paths: ['*.gz'], cwd: folder.path, decompress: true, keepOriginal: false },
        taskContext(folder),
      ),
    ).rejects.toThrow(/1 of 2 files failed: .*a\.gz is damaged/)
    expect(readdirSync(folder.path).sort()).toEqual(['a.gz', 'b'])
  })

  it('keeps the original when it changed after it was read', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), Buffer.alloc(3_000_000))
    const context = taskContext(folder, { progress: () => writeFileSync(folder.at('a'), 'other') })
    await expect(
      compress({ paths: ['a'], cwd: folder.path, keepOriginal: false }, context),
    ).rejects.toMatchObject({ code: 'E_IO', retryable: true })
    expect(readdirSync(folder.path)).toEqual(['a'])
  })

  it('keeps what was put in the place of the original meanwhile', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), Buffer.alloc(3_000_000))
    writeFileSync(folder.at('b'), 'newcomer')
    const context = taskContext(folder, {
      progress: () => existsSync(folder.at('b')) && renameSync(folder.at('b'), folder.at('a')),
    })
    await expect(
      compress({ paths: ['a'], cwd: folder.path, keepOriginal: false }, context),
    ).rejects.toThrow(/changed after it was read; it is kept/)
    expect(readFileSync(folder.at('a'), 'utf8')).toBe('newcomer')
  })

  it('asks for another attempt when what it unpacks is being written to', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.gz'), zlib.gzipSync(sample(3_000_000)))
    const context = taskContext(folder, { progress: () => appendFileSync(folder.at('a.gz'), 'x') })
    await expect(
      compress({ paths: ['a.gz'], cwd: folder.path, decompress: true }, context),
    ).rejects.toMatchObject({ code: 'E_IO', retryable: true })
    expect(readdirSync(folder.path)).toEqual(['a.gz'])
  })

  it.each([false, true])(
    'reads its output back before it counts (decompress: %s)',
    async (decompress) => {
      using folder = new Folder()
      const name = decompress ? 'a.gz' : 'a'
      writeFileSync(folder.at(name), decompress ? zlib.gzipSync(sample(100_000)) : sample(100_000))
      const damage = (): void => {
        for (const found of readdirSync(folder.path).filter(isTemporaryName)) {
          const fd = openSync(folder.at(found), 'r+')
          writeSync(fd, 'damage', 100)
          closeSync(fd)
        }
      }
      // The signal is looked at before each chunk, the first one that is read back included.
      const { signal } = new AbortController()
      signal.throwIfAborted = damage
      const context = taskContext(folder, { signal })
      await expect(
        compress({ paths: [name], cwd: folder.path, decompress, keepOriginal: false }, context),
      ).rejects.toMatchObject({ code: 'E_IO', retryable: true })
      expect(readdirSync(folder.path)).toEqual([name])
    },
  )

  it('leaves links alone', async () => {
    using folder = new Folder()
    mkdirSync(folder.at('d'))
    writeFileSync(folder.at('real'), 'x')
    symlinkSync('../real', folder.at('d', 'link'))
    await expect(
      compress({ paths: ['d/link'], cwd: folder.path }, taskContext(folder)),
    ).rejects.toThrow(/symbolic link/)
    writeFileSync(folder.at('d', 'file'), 'y')
    const result = await compress({ paths: ['d/*'], cwd: folder.path }, taskContext(folder))
    expect(result.metrics).toMatchObject({ files: 1, linksPassedOver: 1 })
  })

  it.each(ALGOS)(
    'stops within a chunk of %s when cancelled, and leaves nothing unfinished',
    async (algo) => {
      using folder = new Folder()
      writeFileSync(folder.at('a'), sample(20_000_000))
      const abort = new AbortController()
      const context = taskContext(folder, {
        signal: abort.signal,
        progress: () => abort.abort(new Error('cancelled')),
      })
      await expect(compress({ paths: ['a'], cwd: folder.path, algo }, context)).rejects.toThrow(
        'cancelled',
      )
      expect(readdirSync(folder.path)).toEqual(['a'])
    },
  )

  it('makes the same bytes every time', async () => {
    const digests = new Set<string>()
    const content = sample(5_000_000)
    for (let round = 0; round < 2; round++) {
      using folder = new Folder()
      writeFileSync(folder.at('a'), content)
      await compress({ paths: ['a'], cwd: folder.path }, taskContext(folder))
      digests.add(
        createHash('sha256')
          .update(readFileSync(folder.at('a.gz')))
          .digest('hex'),
      )
    }
    expect(digests.size).toBe(1)
  })

  it('plans without touching anything', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), 'x')
    const result = await compress(
      { paths: ['a'], cwd: folder.path, keepOriginal: false, dryRun: true },
      taskContext(folder),
    )
    expect(result.files).toEqual([
      {
        path: folder.at('a'),
        output: folder.at('a.gz'),
        bytesIn: 1,
        bytesOut: 0,
        outcome: 'planned',
      },
    ])
    expect(readdirSync(folder.path)).toEqual(['a'])
  })

  it('writes only where it may', async () => {
    using folder = new Folder()
    mkdirSync(folder.at('in'))
    writeFileSync(folder.at('in', 'a'), 'x')
    const context = taskContext(folder, { grants: { read: [folder.path], write: [], exec: [] } })
    await expect(compress({ paths: ['in/a'], cwd: folder.path }, context)).rejects.toMatchObject({
      code: 'E_CONFINED',
    })
  })

  it.each([
    [{ paths: ['a'], keepOriginal: false, verify: false }, /leave verify away/],
    [{ paths: ['a'], level: 0 }, /level is 1 to 9/],
    [{ paths: ['a'], algo: 'brotli', level: 12 }, /level is/],
    [{ paths: ['a'], keepOrigin: false }, /keepOrigin/],
    [{}, /paths/],
  ])('refuses the payload %j', async (payload, message) => {
    using folder = new Folder()
    await expect(compress(payload as CompressInput, taskContext(folder))).rejects.toThrow(message)
  })

  it('refuses to unpack a file whose name does not say what it is', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.txt'), zlib.gzipSync('x'))
    await expect(
      compress({ paths: ['a.txt'], cwd: folder.path, decompress: true }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_PAYLOAD' })
  })
})
