import { parentPort } from 'node:worker_threads'
import { errorMessage, storeError } from './sqlite-errors.ts'
import type { FromStore, ToStore } from './sqlite-messages.ts'
import { SqliteStoreFile } from './sqlite-store-file.ts'

/**
 * The store thread: the only connection that writes, and one that only reads. It answers one message after the other;
 * after a failure it answers nothing any more, because what it would say could not be relied on.
 */
const port = parentPort
if (port === null) throw new Error('the store thread runs in a worker only')

let file: SqliteStoreFile | undefined
let path = ''
let failed = false

port.on('message', (message: ToStore) => {
  if (failed && message.kind !== 'close') return
  try {
    handle(message)
  } catch (error) {
    failed = true
    tell({ kind: 'failed', error: errorMessage(storeError(error, path)) })
  }
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
  for (const page of file.pending()) tell({ kind: 'page', page }, pageBuffers(page))
  tell({ kind: 'opened', opened: file.opened, types: file.types })
}

function flush(message: Extract<ToStore, { kind: 'flush' }>): void {
  const { words, bytes } = message
  const verdicts = opened().flush(message)
  tell({ kind: 'flushed', verdicts, words, bytes }, [words.buffer, bytes.buffer])
  opened().tidy(message.nowMs)
}

function read({ call, query }: Extract<ToStore, { kind: 'read' }>): void {
  const answer = opened().reader.answer(query)
  tell({ kind: 'answer', call, answer }, answer.what === 'load' ? [answer.bytes.buffer] : [])
}

function close(): void {
  file?.close(!failed)
  file = undefined
  tell({ kind: 'closed' })
  port?.close()
}

function opened(): SqliteStoreFile {
  if (file === undefined) throw new Error('the store is not open')
  return file
}

function tell(message: FromStore, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, [...transfer])
}

function pageBuffers(page: Extract<FromStore, { kind: 'page' }>['page']): ArrayBuffer[] {
  const columns = [
    page.seqs,
    page.arms,
    page.priorities,
    page.types,
    page.dueAtMs,
    page.expiresAtMs,
    page.attempts,
    page.flags,
  ]
  return columns.map((column) => column.buffer).filter((buffer) => buffer instanceof ArrayBuffer)
}
