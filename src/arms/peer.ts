import { TaskError } from './task-errors.ts'

/** An optional dependency, loaded when first needed. @throws TaskError E_MISSING_DEP with the line that installs it */
export async function importPeer(name: string): Promise<unknown> {
  try {
    const loaded: unknown = await import(name)
    return loaded
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause
    throw new TaskError(
      'E_MISSING_DEP',
      `this needs the package ${name}, which is not installed: npm i ${name}`,
      { cause },
    )
  }
}

// A package that is there but lacks a dependency of its own is another matter.
function isMissing(error: unknown, name: string): boolean {
  const isNotFound =
    error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
  return isNotFound && error.message.includes(`'${name}'`)
}
