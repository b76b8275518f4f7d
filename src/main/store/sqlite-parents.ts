import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { decodeStoredTask } from '../../protocol/envelope.ts'
import { mintedSeq, type PayloadBytes } from '../../protocol/task.ts'
import { firstKey, lastKey } from './history-key.ts'
import { outcomeFrom, STATE } from './outcome-code.ts'
import { packResults, type KeptResult } from './parent-results.ts'
import { cellBytes, cellNumber, optionalBytes } from './sqlite-cells.ts'

const NO_BYTES = new Uint8Array(0)

/** Results of parents, for children that start now. */
export class SqliteParents {
  readonly #envelope: StatementSync
  readonly #named: StatementSync
  readonly #success: StatementSync
  readonly #outcome: StatementSync

  constructor(db: DatabaseSync) {
    this.#envelope = db.prepare('SELECT envelope FROM task WHERE seq = ?')
    this.#named = db.prepare('SELECT seq FROM caller_id WHERE id = ?')
    this.#success = db.prepare(
      `SELECT key, form, coalesce(length(outcome), 0) AS bytes FROM history
       WHERE key BETWEEN ? AND ? AND state = ${STATE.succeeded}`,
    )
    this.#outcome = db.prepare('SELECT outcome FROM history WHERE key = ?')
  }

  of(children: readonly number[]): Uint8Array[] {
    return children.map((child) => {
      const row = this.#envelope.get(child)
      const stored = row === undefined ? undefined : decodeStoredTask(cellBytes(row['envelope']))
      return packResults(stored?.dependsOn ?? [], (id) => this.#result(id))
    })
  }

  #result(id: string): KeptResult | undefined {
    const seq = mintedSeq(id) ?? this.#seqOf(id)
    const row = seq === undefined ? undefined : this.#success.get(firstKey(seq), lastKey(seq))
    if (row === undefined) return undefined
    const [key = 0, form = 0, bytes = 0] = [row['key'], row['form'], row['bytes']].map(cellNumber)
    return { bytes, read: () => this.#read(key, form) }
  }

  #seqOf(id: string): number | undefined {
    const row = this.#named.get(id)
    return row === undefined ? undefined : cellNumber(row['seq'])
  }

  #read(key: number, form: number): PayloadBytes | undefined {
    const bytes = optionalBytes(this.#outcome.get(key)?.['outcome']) ?? NO_BYTES
    const outcome = outcomeFrom(form, bytes)
    return outcome?.kind === 'succeeded' ? outcome.result : undefined
  }
}
