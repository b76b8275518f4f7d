import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { cellNumber } from './sqlite-cells.ts'
import { NOT_SETTLED } from './sqlite-schema.ts'

/**
 * A small table of notes about tasks that are not settled: most tasks never have one, so what is there is also known in
 * memory, and settling a task without a note asks no database.
 */
export class SideRows {
  readonly #put: StatementSync
  readonly #delete: StatementSync
  /** Seq to the second column where it is a number, else 0. */
  readonly #known = new Map<number, number>()

  constructor(db: DatabaseSync, table: string, column?: string) {
    const columns = column === undefined ? 'seq' : `seq, ${column}`
    const values = column === undefined ? '?' : '?, ?'
    // A note that came in after its task was settled is left over from the last owner.
    db.exec(`DELETE FROM ${table} WHERE NOT EXISTS (
      SELECT 1 FROM task WHERE task.seq = ${table}.seq AND ${NOT_SETTLED})`)
    this.#put = db.prepare(`INSERT OR REPLACE INTO ${table}(${columns}) VALUES (${values})`)
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE seq = ?`)
    const value = column === undefined ? '0' : `iif(typeof(${column}) = 'integer', ${column}, 0)`
    const rows = db.prepare(`SELECT seq, ${value} AS value FROM ${table}`)
    for (const row of rows.iterate())
      this.#known.set(cellNumber(row['seq']), cellNumber(row['value']))
  }

  put(seq: number, value?: SQLInputValue): void {
    if (value === undefined) this.#put.run(seq)
    else this.#put.run(seq, value)
    this.#known.set(seq, typeof value === 'number' ? value : 0)
  }

  entries(): Iterable<readonly [seq: number, value: number]> {
    return this.#known
  }

  has(seq: number): boolean {
    return this.#known.size > 0 && this.#known.has(seq)
  }

  get(seq: number): number | undefined {
    return this.#known.size === 0 ? undefined : this.#known.get(seq)
  }

  forget(seq: number): void {
    if (this.#known.size > 0 && this.#known.delete(seq)) this.#delete.run(seq)
  }
}
