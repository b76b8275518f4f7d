import { createHash } from 'node:crypto'
import { Readable, Writable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import type { Breathe } from '../pace.ts'
import { fill, readChunks, type OpenFile } from '../read-file.ts'
import { TaskError } from '../task-errors.ts'
import { zstdFrames } from './zstd-frames.ts'

export type Packing = 'gzip' | 'zstd' | 'brotli'

export const SUFFIX: Readonly<Record<Packing, string>> = {
  gzip: '.gz',
  zstd: '.zst',
  brotli: '.br',
}

/** What the work needs of its surroundings. */
export interface Pump {
  readonly breathe: Breathe
  readonly signal: AbortSignal
  /** Hears of input as it is consumed. */
  readonly onBytes: (bytes: number) => void
}

export type Sink = (chunk: Uint8Array) => void

export interface Content {
  readonly bytes: number
  readonly sha256: string
}

/** Compresses a file into `sink`; answers what went in. */
export async function pack(
  file: OpenFile,
  algo: Packing,
  level: number | undefined,
  sink: Sink,
  pump: Pump,
): Promise<Content> {
  const input = new Tally()
  if (algo === 'gzip') await packGzip(file, level ?? DEFAULT_LEVEL.gzip, sink, input, pump)
  else
    await pipeline(
      Readable.from(tallied(file, input, pump)),
      encoder(file, algo, level),
      intoSink(sink),
      { signal: pump.signal },
    )
  return input.content()
}

/** Decompresses a file into `sink`; answers what came out. Refuses bombs, cut-off files and foreign bytes behind the end. */
export async function unpack(
  file: OpenFile,
  algo: Packing,
  bytesMax: number,
  sink: Sink,
  pump: Pump,
): Promise<Content> {
  const output = new Tally()
  const guarded: Sink = (chunk) => {
    output.add(chunk)
    if (output.bytes > bytesMax) throw bomb(file)
    sink(chunk)
  }
  const size = Number(file.stat.size)
  const frames =
    algo === 'zstd'
      ? zstdFrames((offset, length) => readAt(file, offset, length), size)
      : [{ start: 0, end: size }]
  try {
    for (const { start, end } of frames) await unpackRange(file, algo, start, end, guarded, pump)
  } catch (error) {
    throw isDecoderError(error)
      ? new TaskError('E_CORRUPT', `${file.path} is damaged: ${error.message}`, { cause: error })
      : error
  }
  return output.content()
}

// One gzip file may have many members: each block stands for itself, so memory stays bounded, the call is synchronous,
// which is fastest in a thread, and a large file could be unpacked in parallel. Larger blocks compress a little better.
export const GZIP_BLOCK_BYTES = 4 * 1024 * 1024

async function packGzip(
  file: OpenFile,
  level: number,
  sink: Sink,
  input: Tally,
  pump: Pump,
): Promise<void> {
  for await (const block of readChunks(file, pump.breathe, GZIP_BLOCK_BYTES)) {
    input.add(block)
    sink(zlib.gzipSync(block, { level }))
    pump.onBytes(block.length)
  }
  if (input.bytes === 0) sink(zlib.gzipSync(Buffer.alloc(0)))
}

/** The blocks from `start` to `end`; a start between two blocks would make other members than the whole file has. */
export async function packGzipRange(
  file: OpenFile,
  { start, end, level = DEFAULT_LEVEL.gzip }: GzipRange,
  sink: Sink,
  pump: Pump,
): Promise<Content> {
  const input = new Tally()
  for (let at = start; at < end; at += GZIP_BLOCK_BYTES) {
    await pump.breathe()
    const block = readAt(file, at, Math.min(GZIP_BLOCK_BYTES, end - at))
    input.add(block)
    sink(zlib.gzipSync(block, { level }))
    pump.onBytes(block.length)
  }
  return input.content()
}

interface GzipRange {
  readonly start: number
  readonly end: number
  readonly level?: number | undefined
}

const DEFAULT_LEVEL = { gzip: 6, zstd: 3, brotli: 6 } as const

// One frame, and no worker threads inside: with them Node reports a cut-off frame as finished. The checksum lets any
// decoder notice damage.
function encoder(
  file: OpenFile,
  algo: 'zstd' | 'brotli',
  level: number = DEFAULT_LEVEL[algo],
): Duplex {
  const { constants } = zlib
  const size = Number(file.stat.size)
  if (algo === 'brotli') {
    return zlib.createBrotliCompress({
      params: {
        [constants.BROTLI_PARAM_QUALITY]: level,
        [constants.BROTLI_PARAM_SIZE_HINT]: Math.min(size, 2 ** 30),
      },
    })
  }
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 }
  return zlib.createZstdCompress({ params, pledgedSrcSize: size })
}

const DECODER = {
  gzip: zlib.createGunzip,
  zstd: zlib.createZstdDecompress,
  brotli: zlib.createBrotliDecompress,
} as const

async function unpackRange(
  file: OpenFile,
  algo: Packing,
  start: number,
  end: number,
  sink: Sink,
  pump: Pump,
): Promise<void> {
  const decoder = DECODER[algo]()
  await pipeline(Readable.from(range(file, start, end, pump)), decoder, intoSink(sink), {
    signal: pump.signal,
  })
  const consumed = start + decoder.bytesWritten
  // gzip pads its files with zeros on tapes; anything else behind the end would be lost without a word.
  if (consumed < end && !(algo === 'gzip' && isZero(file, consumed, end))) {
    throw new TaskError(
      'E_CORRUPT',
      `${file.path} has ${end - consumed} foreign bytes behind its end`,
    )
  }
}

async function* range(
  file: OpenFile,
  start: number,
  end: number,
  pump: Pump,
): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    await pump.breathe()
    const chunk = readAt(file, at, Math.min(RANGE_BYTES, end - at))
    if (chunk.length === 0)
      throw new TaskError('E_IO', `${file.path} became shorter while it was being read`)
    at += chunk.length
    pump.onBytes(chunk.length)
    yield chunk
  }
}

const RANGE_BYTES = 256 * 1024

// The encoder keeps a chunk while the next one is read, so each gets a buffer of its own.
async function* tallied(file: OpenFile, input: Tally, pump: Pump): AsyncGenerator<Buffer> {
  for await (const chunk of readChunks(file, pump.breathe, RANGE_BYTES)) {
    input.add(chunk)
    pump.onBytes(chunk.length)
    yield Buffer.from(chunk)
  }
}

function intoSink(sink: Sink): Writable {
  return new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      try {
        sink(chunk)
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}

class Tally {
  readonly #hash = createHash('sha256')
  bytes = 0

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.bytes += chunk.length
  }

  content(): Content {
    return { bytes: this.bytes, sha256: this.#hash.digest('hex') }
  }
}

function readAt(file: OpenFile, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length)
  return buffer.subarray(0, fill(file.fd, buffer, offset))
}

function isZero(file: OpenFile, start: number, end: number): boolean {
  for (let at = start; at < end; at += RANGE_BYTES) {
    if (readAt(file, at, Math.min(RANGE_BYTES, end - at)).some((byte) => byte !== 0)) return false
  }
  return true
}

function bomb(file: OpenFile): TaskError {
  return new TaskError(
    'E_PRECONDITION',
    `${file.path} unpacks to far more than its size; raise ratioMax if it is to be trusted`,
  )
}

function isDecoderError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    /^(Z_|ZSTD_|ERR__ERROR_|ERR_BROTLI)/.test(String(error.code))
  )
}
