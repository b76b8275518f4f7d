import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { cellBytes, cellNumber } from './sqlite-cells.ts'
import type { SqliteDependencies } from './sqlite-dependencies.ts'
import { LOADED_WIDTH, type LoadedColumns } from './sqlite-messages.ts'
import type { SideRows } from './sqlite-side-rows.ts'

/** Gaps up to this many seqs inside a range are read along: cheaper than another descent into the tree. */
const GAP_MAX = 4

/**
 * Envelopes of what runs next. Tasks are claimed mostly in the order they were accepted, so most of what is asked for
 * lies side by side and one range read brings it.
 */
export class EnvelopeLoader {
  readonly #range: StatementSync
  readonly #checkpoint: StatementSync
  readonly #checkpoints: SideRows
  readonly #dependencies: SqliteDependencies

  constructor(db: DatabaseSync, checkpoints: SideRows, dependencies: SqliteDependencies) {
    this.#range = db.prepare(
      'SELECT seq, envelope FROM task WHERE seq BETWEEN ? AND ? ORDER BY seq',
    )
    this.#range.setReturnArrays(true)
    this.#checkpoint = db.prepare('SELECT value FROM checkpoint WHERE seq = ?')
    this.#checkpoints = checkpoints
    this.#dependencies = dependencies
  }

  load(seqs: Float64Array): LoadedColumns {
    const parts: Uint8Array[] = []
    const lengths = new Int32Array(seqs.length * LOADED_WIDTH).fill(-1)
    for (let at = 0; at < seqs.length;) at = this.#readRun(seqs, at, parts, lengths)
    return { lengths, bytes: joined(parts) }
  }

  /** Reads the ascending run that starts at `start`; returns where the next one starts. */
  #readRun(seqs: Float64Array, start: number, parts: Uint8Array[], lengths: Int32Array): number {
    const end = runEnd(seqs, start)
    let at = start
    for (const row of this.#range.all(seqs[start] ?? 0, seqs[end - 1] ?? 0)) {
      if (cellNumber(row[0]) !== seqs[at]) continue
      const envelope = cellBytes(row[1])
      parts.push(envelope)
      lengths[at * LOADED_WIDTH] = envelope.byteLength
      this.#addCheckpoint(cellNumber(row[0]), at, parts, lengths)
      this.#addPartResults(cellNumber(row[0]), at, parts, lengths)
      at += 1
    }
    if (at < end) throw new RangeError(`task ${seqs[at] ?? 0} is not in the store`)
    return end
  }

  #addCheckpoint(seq: number, at: number, parts: Uint8Array[], lengths: Int32Array): void {
    if (!this.#checkpoints.has(seq)) return
    const value = cellBytes(this.#checkpoint.get(seq)?.['value'])
    parts.push(value)
    lengths[at * LOADED_WIDTH + 1] = value.byteLength
  }

  #addPartResults(seq: number, at: number, parts: Uint8Array[], lengths: Int32Array): void {
    const results = this.#dependencies.partResults(seq)
    if (results === undefined) return
    parts.push(results)
    lengths[at * LOADED_WIDTH + 2] = results.byteLength
  }
}

function runEnd(seqs: Float64Array, start: number): number {
  let end = start + 1
  while (end < seqs.length && follows(seqs[end - 1] ?? 0, seqs[end] ?? 0)) end += 1
  return end
}

function follows(before: number, seq: number): boolean {
  return seq > before && seq - before <= GAP_MAX
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const part of parts) size += part.byteLength
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
