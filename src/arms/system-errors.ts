import { TaskError, type TaskErrorCode } from './task-errors.ts'

/** An error of the operating system, as Node reports it. */
export interface SystemError extends Error {
  readonly code: string
  readonly path?: string
  readonly syscall?: string
}

export function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'syscall' in error &&
    'code' in error &&
    typeof error.code === 'string'
  )
}

/** Runs `read`; undefined when the path, or a folder on the way to it, does not exist. */
export function ifExists<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}

// What another attempt can mend (a full disk, a file just replaced) is E_IO; what a person must mend first is not.
const LASTING: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'ENOTEMPTY',
])

/** A handler whose system errors come out as TaskErrors, with the original as their cause. */
export function withTaskErrors<P, C, R>(
  run: (payload: P, context: C) => Promise<R>,
): (payload: P, context: C) => Promise<R> {
  return async (payload, context) => {
    try {
      return await run(payload, context)
    } catch (error) {
      throw isSystemError(error) ? asTaskError(error) : error
    }
  }
}

export function asTaskError(error: SystemError): TaskError {
  const code: TaskErrorCode = LASTING.has(error.code) ? 'E_PRECONDITION' : 'E_IO'
  return new TaskError(
    code,
    `${error.message}; ${HINTS[error.code] ?? 'look at the file and its disk'}`,
    { cause: error },
  )
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'give this process the permission',
  EPERM: 'give this process the permission',
  EROFS: 'the file system is read-only',
  EISDIR: 'a file was expected where a folder is',
  ENOTDIR: 'a folder was expected where a file is',
  ENOENT: 'it vanished meanwhile',
  ENOSPC: 'free some space on the disk',
  EMFILE: 'raise the limit of open files',
}
