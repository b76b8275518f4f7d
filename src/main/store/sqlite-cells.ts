import type { SQLOutputValue } from 'node:sqlite'
import { OctopusError } from '../../protocol/errors.ts'

type Cell = SQLOutputValue | undefined

/** Cells of our own schema: another kind of value than expected means that something else wrote to the file. */
export function cellNumber(cell: Cell): number {
  if (typeof cell === 'number') return cell
  throw unexpected('a number', cell)
}

export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  throw unexpected('text', cell)
}

export function cellBytes(cell: Cell): Uint8Array {
  if (cell instanceof Uint8Array) return cell
  throw unexpected('bytes', cell)
}

export function optionalBytes(cell: Cell): Uint8Array | undefined {
  return cell === null || cell === undefined ? undefined : cellBytes(cell)
}

function unexpected(wanted: string, cell: Cell): OctopusError {
  const found = cell === null || cell === undefined ? 'nothing' : typeof cell
  return new OctopusError(
    'E_STORE_CORRUPT',
    `${wanted} was expected in the store, found ${found}`,
    {
      hint: 'Something else wrote to the file. Keep a copy, then restore a backup.',
    },
  )
}
