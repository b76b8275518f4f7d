import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ON_PARENT_FAILURE, mintedSeq, type FinalState } from '../../protocol/task.ts'
import { encodePartResults } from '../../protocol/part-results.ts'
import type { OnParentFailure, PayloadBytes } from '../../protocol/task.ts'
import { firstKey, KEYS_PER_TASK, lastKey } from './history-key.ts'
import type { Parents, ParentState } from './journal.ts'
import { FORM, outcomeFrom, STATE } from './outcome-code.ts'
import { cellNumber, optionalBytes } from './sqlite-cells.ts'
import { NOT_ENDED } from './sqlite-schema.ts'

/**
 * What tasks that are not settled wait for. A row stays until its child is settled, which also keeps the parent's record
 * and result from being reclaimed; whether a parent has ended is read from the history, never written here.
 */
export class SqliteDependencies {
  readonly #children = new Set<number>()
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #deleteParts: StatementSync
  readonly #of: StatementSync
  readonly #end: StatementSync
  readonly #task: StatementSync
  readonly #named: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO dependency(child, parent, on_failure, since) VALUES (?, ?, ?, ?)',
    )
    this.#delete = db.prepare('DELETE FROM dependency WHERE child = ?')
    this.#deleteParts = db.prepare(
      `DELETE FROM dependency WHERE child = ? AND on_failure = ${PART}`,
    )
    this.#of = db.prepare('SELECT parent, on_failure, since FROM dependency WHERE child = ?')
    this.#end = db.prepare(
      'SELECT key, state, form, outcome FROM history WHERE key BETWEEN ? AND ? AND state < 4 ORDER BY key DESC LIMIT 1',
    )
    this.#task = db.prepare('SELECT 1 FROM task WHERE seq = ?')
    this.#named = db.prepare('SELECT seq FROM caller_id WHERE id = ?')
    for (const row of db.prepare('SELECT DISTINCT child FROM dependency').iterate())
      this.#children.add(cellNumber(row['child']))
  }

  /** The seqs behind ids, as long as they are on record. */
  resolve(ids: readonly string[]): (number | undefined)[] {
    return ids.map((id) => {
      const minted = mintedSeq(id)
      if (minted !== undefined) return this.#task.get(minted) === undefined ? undefined : minted
      const row = this.#named.get(id)
      return row === undefined ? undefined : cellNumber(row['seq'])
    })
  }

  link(child: number, onFailure: OnParentFailure, parents: readonly number[]): Parents {
    for (const parent of parents) this.#put(child, parent, onFailure, 0)
    return { onFailure, states: parents.map((seq) => this.#stateOf(seq, 0)) }
  }

  /** For another run of the child: a failure that is there already counts no more, unless it does not matter. */
  relink(child: number, onFailure: OnParentFailure, parents: readonly number[]): Parents {
    const states = parents.map((parent): ParentState => {
      const state = this.#stateOf(parent, 0)
      const over = state.ended === undefined || state.ended === 'succeeded' || onFailure === 'run'
      const since = over ? 0 : cellNumber(this.#endOf(parent, 0)?.['key']) % KEYS_PER_TASK
      this.#put(child, parent, onFailure, since)
      return over ? state : { seq: parent, ended: undefined }
    })
    return { onFailure, states }
  }

  /** Has retention dropped the result that a run of a child would need? */
  lacksResult(parent: number): boolean {
    const end = this.#endOf(parent, 0)
    return end?.['state'] === STATE.succeeded && end['form'] === FORM.dropped
  }

  parentsOf(child: number): Parents | undefined {
    if (this.#children.size === 0 || !this.#children.has(child)) return undefined
    const all = this.#of.all(child)
    const parts = all.filter((row) => row['on_failure'] === PART)
    const rows = parts.length > 0 ? parts : all
    return {
      onFailure: LINKS[cellNumber(rows[0]?.['on_failure'])] ?? 'skip',
      states: rows.map((row) => this.#stateOf(cellNumber(row['parent']), cellNumber(row['since']))),
    }
  }

  /** The child waits for parts now, seqs in a row, instead of those of an earlier split. */
  split(child: number, first: number, count: number): void {
    if (count === 0) return
    this.#deleteParts.run(child)
    this.#children.add(child)
    for (let seq = first; seq < first + count; seq++) this.#insert.run(child, seq, PART, 0)
  }

  /** PartResults of a task that was split, undefined for any other; without those that have not succeeded. */
  partResults(child: number): Uint8Array | undefined {
    if (this.#children.size === 0 || !this.#children.has(child)) return undefined
    const parts = this.#of.all(child).filter((row) => row['on_failure'] === PART)
    if (parts.length === 0) return undefined
    return encodePartResults(parts.map((row) => this.#resultOf(cellNumber(row['parent']))))
  }

  #resultOf(seq: number): PayloadBytes | undefined {
    const end = this.#endOf(seq, 0)
    const form = end === undefined ? FORM.dropped : cellNumber(end['form'])
    const ended = end?.['state'] === STATE.succeeded
    const outcome = ended ? outcomeFrom(form, optionalBytes(end['outcome']) ?? NO_BYTES) : undefined
    return outcome?.kind === 'succeeded' ? outcome.result : undefined
  }

  forget(child: number): void {
    if (this.#children.size > 0 && this.#children.delete(child)) this.#delete.run(child)
  }

  #put(child: number, parent: number, onFailure: OnParentFailure, since: number): void {
    this.#children.add(child)
    this.#insert.run(child, parent, ON_PARENT_FAILURE.indexOf(onFailure), since)
  }

  #stateOf(seq: number, since: number): ParentState {
    const state = this.#endOf(seq, since)?.['state']
    return { seq, ended: state === undefined ? undefined : FINAL[cellNumber(state)] }
  }

  #endOf(seq: number, since: number): ReturnType<StatementSync['get']> {
    return this.#end.get(firstKey(seq) + since + 1, lastKey(seq))
  }
}

const LINKS = [...ON_PARENT_FAILURE, 'part'] as const
/** Of a row whose parent is a part of its child. */
const PART = LINKS.indexOf('part')
const NO_BYTES = new Uint8Array(0)

const FINAL: Readonly<Record<number, FinalState>> = {
  [STATE.succeeded]: 'succeeded',
  [STATE.failed]: 'failed',
  [STATE.cancelled]: 'cancelled',
}

/** Whom tasks wait for in a file that somebody else may own; nobody in one of a version that knew no dependencies. */
export function awaitedIn(db: DatabaseSync): (child: number) => ReadonlySet<number> | undefined {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'dependency'").get()
  if (known === undefined) return () => undefined
  const awaited = db.prepare(`SELECT parent FROM dependency WHERE child = ? AND ${NOT_ENDED}`)
  return (child) => {
    const parents = awaited.all(child).map((row) => cellNumber(row['parent']))
    return parents.length === 0 ? undefined : new Set(parents)
  }
}
