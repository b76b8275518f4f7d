import { OctopusError, type ErrorCode } from '../../protocol/errors.ts'
import type { ErrorMessage } from './sqlite-messages.ts'

/** Whatever went wrong with the store's file, as an error a user can act on. */
export function storeError(error: unknown, path: string): OctopusError {
  if (error instanceof OctopusError) return error
  const code = codeOf(error)
  return new OctopusError(code, `${SAYS[code] ?? SAYS.E_STORE_IO}: ${path} (${reasonOf(error)})`, {
    hint: HINTS[code] ?? HINTS.E_STORE_IO,
    cause: error,
  })
}

/** Errors cross the thread as plain values; the cause only as text, because its class would be lost. */
export function errorMessage(error: OctopusError): ErrorMessage {
  const { code, message, hint, cause } = error
  return { code, message, hint, cause: cause === undefined ? undefined : reasonOf(cause) }
}

export function errorFrom({ code, message, hint, cause }: ErrorMessage): OctopusError {
  return new OctopusError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
  })
}

type StoreErrorCode = Extract<ErrorCode, `E_STORE_${string}`>

const SAYS: Partial<Record<ErrorCode, string>> & { readonly E_STORE_IO: string } = {
  E_STORE_BUSY: 'the store is in use by someone else',
  E_STORE_CORRUPT: 'the store is damaged',
  E_STORE_FULL: 'no room is left for the store',
  E_STORE_READONLY: 'the store cannot be written',
  E_STORE_IO: 'the store could not be read or written',
}

const HINTS: Partial<Record<ErrorCode, string>> & { readonly E_STORE_IO: string } = {
  E_STORE_BUSY: 'Close the other program that has this file open.',
  E_STORE_CORRUPT:
    'Nothing was changed. Keep a copy of the file with its -wal, then restore a backup or recover it with the sqlite3 shell.',
  E_STORE_FULL: 'Make room on the disk, then start again: what was acknowledged is safe.',
  E_STORE_READONLY:
    'Check who owns the file and its folder, and that the file system is mounted writable.',
  E_STORE_IO: 'Check the disk. What was acknowledged is safe; what was not is not stored.',
}

/** SQLite's primary result codes; the extended ones carry them in the low byte. */
const SQLITE: Readonly<Record<number, StoreErrorCode>> = {
  5: 'E_STORE_BUSY',
  6: 'E_STORE_BUSY',
  8: 'E_STORE_READONLY',
  11: 'E_STORE_CORRUPT',
  13: 'E_STORE_FULL',
  14: 'E_STORE_READONLY',
  26: 'E_STORE_CORRUPT',
}

const SYSTEM: Readonly<Record<string, StoreErrorCode>> = {
  EACCES: 'E_STORE_READONLY',
  EPERM: 'E_STORE_READONLY',
  EROFS: 'E_STORE_READONLY',
  EISDIR: 'E_STORE_READONLY',
  ENOTDIR: 'E_STORE_READONLY',
  ENOSPC: 'E_STORE_FULL',
  EDQUOT: 'E_STORE_FULL',
}

function codeOf(error: unknown): StoreErrorCode {
  if (typeof error !== 'object' || error === null) return 'E_STORE_IO'
  if ('errcode' in error && typeof error.errcode === 'number')
    return SQLITE[error.errcode & 0xff] ?? 'E_STORE_IO'
  if ('code' in error && typeof error.code === 'string') return SYSTEM[error.code] ?? 'E_STORE_IO'
  return 'E_STORE_IO'
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
