import { closeSync, openSync, writeSync } from 'node:fs'

/**
 * Where a thread notes which task it is about to run: after any death of the process, the tasks that ran are known. One
 * slot a thread in the status file, written in place and never synced: the kernel keeps it when the process dies, and
 * power loss is no fault of a task.
 *
 * ```
 * slot (threadId % SLOTS) * 16:   Float64 seq (0: none) | Uint32 attempt | Uint32 0        little endian
 * ```
 */
export const STATUS_SLOTS = 4_096
export const STATUS_SLOT_BYTES = 16

/** A task that was running, by its slot. */
export interface NotedRun {
  readonly seq: number
  readonly attempt: number
}

/** The writing end, one for each thread: a system call of 16 bytes, no allocation. */
export class StatusSlot {
  readonly #file: number
  readonly #position: number
  readonly #bytes = new Uint8Array(STATUS_SLOT_BYTES)
  readonly #view = new DataView(this.#bytes.buffer)

  constructor(path: string, threadId: number) {
    this.#file = openSync(path, 'r+')
    this.#position = (threadId % STATUS_SLOTS) * STATUS_SLOT_BYTES
  }

  /** The thread runs this attempt from now on, or nothing when `seq` is 0. */
  note(seq: number, attempt: number): void {
    this.#view.setFloat64(0, seq, true)
    this.#view.setUint32(8, attempt, true)
    writeSync(this.#file, this.#bytes, 0, STATUS_SLOT_BYTES, this.#position)
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Every slot that names a task. */
export function notedRuns(bytes: Uint8Array): NotedRun[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const runs: NotedRun[] = []
  for (let at = 0; at + STATUS_SLOT_BYTES <= bytes.byteLength; at += STATUS_SLOT_BYTES) {
    const seq = view.getFloat64(at, true)
    if (seq > 0) runs.push({ seq, attempt: view.getUint32(at + 8, true) })
  }
  return runs
}
