import type { SQLOutputValue } from 'node:sqlite'

type Cell = SQLOutputValue | undefined

/** Cells of our own schema: another kind of value than expected means a file that something else wrote to. */
export function cellNumber(cell: Cell): number {
  if (typeof cell === 'number') return cell
  throw new TypeError(`a number was expected in the store, found ${kindOf(cell)}`)
}

export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  throw new TypeError(`text was expected in the store, found ${kindOf(cell)}`)
}

export function cellBytes(cell: Cell): Uint8Array {
  if (cell instanceof Uint8Array) return cell
  throw new TypeError(`bytes were expected in the store, found ${kindOf(cell)}`)
}

export function optionalBytes(cell: Cell): Uint8Array | undefined {
  return cell === null || cell === undefined ? undefined : cellBytes(cell)
}

function kindOf(cell: Cell): string {
  return cell === null ? 'nothing' : typeof cell
}
