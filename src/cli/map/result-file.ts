import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { OctopusError } from '../../main/index.ts'
import { LineTable } from '../task-file/line-table.ts'
import { separated } from './separated.ts'

/** What the file of an earlier session holds already. */
export interface WrittenResults {
  /** By the names of inputs inside the run. */
  readonly names: LineTable
  readonly count: number
  readonly succeeded: number
}

export function nothingWritten(): WrittenResults {
  return { names: new LineTable(), count: 0, succeeded: 0 }
}

/**
 * Cuts a line that was torn when its writer died, and says whose results the file has: they are not written again.
 * @throws OctopusError E_USAGE when a line is not of this run
 */
export async function writtenResults(path: string, run: string): Promise<WrittenResults> {
  const file = await opened(path)
  if (file === undefined) return nothingWritten()
  try {
    await cutTornLine(file)
  } finally {
    await file.close()
  }
  const names = new LineTable()
  let count = 0
  let succeeded = 0
  for await (const text of separated(createReadStream(path), '\n')) {
    count += 1
    const result = readLine(text, `${path}:${count}`, run)
    names.add(result.name, count)
    if (result.succeeded) succeeded += 1
  }
  return { names, count, succeeded }
}

/** Undefined when it is not there, or is no file that could be cut: a device, a pipe. */
async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    const file = await open(path, 'r+')
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new OctopusError('E_USAGE', `-o ${path} cannot be read and written`, { cause: error })
  }
}

const BACK_BYTES = 64 * 1_024
const NEWLINE = 10

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  for (let end = size; end > 0; end -= BACK_BYTES) {
    const start = Math.max(0, end - BACK_BYTES)
    const { buffer } = await file.read({ buffer: Buffer.alloc(end - start), position: start })
    const newline = buffer.lastIndexOf(NEWLINE)
    if (newline !== -1) return file.truncate(start + newline + 1)
  }
  await file.truncate(0)
}

function readLine(
  text: string,
  place: string,
  run: string,
): { readonly name: string; readonly succeeded: boolean } {
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && 'id' in value && 'state' in value) {
    const { id, state } = value
    if (typeof id === 'string' && id.startsWith(`${run}/`))
      return { name: id.slice(run.length + 1), succeeded: state === 'succeeded' }
  }
  throw new OctopusError('E_USAGE', `${place} is no result of the run ${run}`, {
    hint: 'Name the file of that run with -o, or one that is not there yet: it gets all results.',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
