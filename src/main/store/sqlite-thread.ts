import { parentPort } from 'node:worker_threads'
import { OctopusError } from '../../protocol/errors.ts'
import { errorMessage, storeError } from './sqlite-errors.ts'
import type { FromStore, ToStore } from './sqlite-messages.ts'
import { SqliteStoreFile } from './sqlite-store-file.ts'

/**
 * The store thread: one connection that writes, one that only reads, one message after the other. After a failure it
 * answers nothing any more, because what it would say could not be relied on.
 */
const port = parentPort
if (port === null) throw new Error('the store thread runs in a worker only')

let file: SqliteStoreFile | undefined
let path = ''
let failed = false
let tidying = false
/** Wall clock, as of the last flush. */
let tidyAtMs = 0

port.on('message', (message: ToStore) => {
  if (!failed || message.kind === 'close') orFail(() => handle(message))
})

function handle(message: ToStore): void {
  switch (message.kind) {
    case 'open':
      return open(message)
    case 'flush':
      return flush(message)
    case 'read':
      return read(message)
    case 'close':
      return close()
  }
}

function open(message: Extract<ToStore, { kind: 'open' }>): void {
  path = message.path
  file = SqliteStoreFile.open(message)
  for (const page of file.pending()) tell({ kind: 'page', page }, columnBuffers(page))
  tell({ kind: 'opened', opened: file.opened, types: file.types })
  tidyLater(message.owner.sinceMs)
}

function flush(message: Extract<ToStore, { kind: 'flush' }>): void {
  const { words, bytes } = message
  const applied = opened().flush(message)
  tell({ kind: 'flushed', ...applied, words, bytes }, [words.buffer, bytes.buffer])
  tidyLater(message.nowMs)
}

/** Slices of tidying alternate with what main asks, until nothing is to do. */
function tidyLater(nowMs: number): void {
  tidyAtMs = nowMs
  if (tidying) return
  tidying = true
  setImmediate(() => {
    tidying = false
    orFail(() => {
      if (!failed && file?.tidy(tidyAtMs) === true) tidyLater(tidyAtMs)
    })
  })
}

function read({ call, query }: Extract<ToStore, { kind: 'read' }>): void {
  try {
    const answer = opened().answer(query)
    tell({ kind: 'answer', call, answer }, answer.what === 'load' ? [answer.bytes.buffer] : [])
  } catch (error) {
    if (speaksOfTheStore(error)) throw error
    tell({ kind: 'refused', call, error: errorMessage(storeError(error, path)) })
  }
}

/** A question that cannot be answered is refused alone, unless it brought damage to light. */
function speaksOfTheStore(error: unknown): boolean {
  return error instanceof OctopusError || (error instanceof Error && 'errcode' in error)
}

function close(): void {
  file?.close(!failed)
  file = undefined
  tell({ kind: 'closed' })
  port?.close()
}

function orFail(work: () => void): void {
  try {
    work()
  } catch (error) {
    failed = true
    tell({ kind: 'failed', error: errorMessage(storeError(error, path)) })
  }
}

function opened(): SqliteStoreFile {
  if (file === undefined) throw new Error('the store is not open')
  return file
}

function tell(message: FromStore, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, [...transfer])
}

function columnBuffers(page: Extract<FromStore, { kind: 'page' }>['page']): ArrayBuffer[] {
  return Object.values(page)
    .map((column: unknown) => (ArrayBuffer.isView(column) ? column.buffer : undefined))
    .filter((buffer) => buffer instanceof ArrayBuffer)
}
