import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { OctopusError } from '../../main/index.ts'
import { LineBatch } from './line-batch.ts'
import type { TaskEnd } from './task-end.ts'

const HEADER = [
  'Seq',
  'Host',
  'Starttime',
  'JobRuntime',
  'Send',
  'Receive',
  'Exitval',
  'Signal',
  'Command',
]

/**
 * One line a finished row in the columns of GNU parallel's --joblog: Seq is the row's line in the file, Receive the bytes
 * of its result, Command its type and name. A run that is resumed appends.
 */
export class JobLog {
  readonly #file: number
  readonly #host = hostname()
  readonly #lines: LineBatch

  /** @throws OctopusError E_USAGE when it cannot be written */
  constructor(path: string, append: boolean) {
    this.#file = openLog(path, append)
    this.#lines = new LineBatch((text) => writeSync(this.#file, text))
    if (fstatSync(this.#file).size === 0) this.#lines.add(HEADER.join('\t'))
  }

  add({ row, line, trace, result }: TaskEnd): void {
    const { settledAtMs, runUs, settleUs, type, state } = trace
    const startedAtMs = settledAtMs - (runUs + settleUs) / 1_000
    const seconds = [(startedAtMs / 1_000).toFixed(3), (runUs / 1_000_000).toFixed(3).padStart(10)]
    const failed = state === 'succeeded' ? 0 : 1
    const received = result?.bytes.byteLength ?? 0
    const columns = [
      line ?? 0,
      this.#host,
      ...seconds,
      0,
      received,
      failed,
      0,
      `${type} ${escaped(row)}`,
    ]
    this.#lines.add(columns.join('\t'))
  }

  close(): void {
    this.#lines.flush()
    closeSync(this.#file)
  }
}

function openLog(path: string, append: boolean): number {
  try {
    return openSync(path, append ? 'a' : 'w')
  } catch (error) {
    throw new OctopusError('E_USAGE', `--joblog ${path} cannot be written`, {
      hint: 'Name a file in a folder that is there.',
      cause: error,
    })
  }
}

function escaped(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll('\n', ' ')
}
