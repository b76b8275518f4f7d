import { hostname } from 'node:os'
import type { OctopusError } from '../../main/index.ts'
import { LineFile } from '../line-file.ts'
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

export interface JobLogOptions {
  readonly append: boolean
  /** Its last column. */
  readonly commandOf: (end: TaskEnd) => string
  readonly failed: (error: OctopusError) => void
}

/**
 * One line a finished row in the columns of GNU parallel's --joblog: Seq is the row's line in the file, Receive the bytes
 * of its result, Command what ran. A run that is resumed appends.
 */
export class JobLog {
  readonly #file: LineFile
  readonly #commandOf: JobLogOptions['commandOf']
  readonly #host = hostname()
  readonly #lines: LineBatch

  /** @throws OctopusError E_USAGE when it cannot be written */
  constructor(path: string, { append, commandOf, failed }: JobLogOptions) {
    this.#file = new LineFile(path, { flag: '--joblog', append, failed })
    this.#commandOf = commandOf
    this.#lines = new LineBatch((text) => this.#file.write(text))
    if (this.#file.isEmpty) this.#lines.add(HEADER.join('\t'))
  }

  add(end: TaskEnd): void {
    const { line, trace, result } = end
    const { settledAtMs, runUs, settleUs, state } = trace
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
      escaped(this.#commandOf(end)),
    ]
    this.#lines.add(columns.join('\t'))
  }

  close(): void {
    this.#lines.flush()
    this.#file.close()
  }
}

function escaped(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll('\n', ' ')
}
