import { lstatSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Grants } from '../protocol/host.ts'
import { ifExists, isSystemError } from './system-errors.ts'
import { TaskError } from './task-errors.ts'

/**
 * Confinement judges real paths: every symbolic link on the way is followed first, and the answer is the real path that
 * the caller then works with. Node has no openat, so read-file.ts and output-file.ts check again what they opened.
 *
 * @returns the real path of an existing file or folder under `grants.read`
 */
export function confineRead(grants: Grants, path: string): string {
  const real = realPathOfNearest(path)
  refuseOutside(grants.read, real, path, 'read')
  if (lstatIfAny(real) === undefined)
    throw new TaskError('E_PRECONDITION', `there is no ${path}${notUtf8Hint(path)}`)
  return real
}

/** @returns the real path under `grants.write` at which a file may be made or replaced; never that of a link */
export function confineWrite(grants: Grants, path: string): string {
  const real = besideRealParent(path)
  refuseOutside(grants.write, real, path, 'write')
  if (lstatIfAny(real)?.isSymbolicLink() === true) {
    throw new TaskError('E_CONFINED', `${path} is a symbolic link; name the file itself`)
  }
  return real
}

/** @returns the path itself, links not followed, if it may be deleted with all beneath it */
export function confineRemoval(grants: Grants, path: string): string {
  const real = besideRealParent(path)
  refuseOutside(grants.write, real, path, 'write')
  const roots = [...grants.write, ...grants.read].map(realRoot).filter((root) => root !== undefined)
  for (const kept of ['/', realRoot(homedir()), ...roots]) {
    if (kept !== undefined && isUnder(real, kept)) {
      throw new TaskError('E_CONFINED', `${path} holds ${kept}, which is never deleted`)
    }
  }
  if (isMountPoint(real))
    throw new TaskError('E_CONFINED', `${path} is a mount point and is never deleted`)
  return real
}

/** A program is allowed by the very word it is called by: a name, or an absolute path. */
export function confineProgram(grants: Grants, program: string): void {
  if (grants.exec.includes(program)) return
  throw new TaskError(
    'E_CONFINED',
    `'${program}' is no program this engine may start; add it to allow.exec`,
  )
}

/** Is `path` the folder itself or beneath it? Both absolute. */
export function isUnder(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

function refuseOutside(
  roots: readonly string[],
  real: string,
  asked: string,
  right: 'read' | 'write',
): void {
  const inside = roots.some((root) => {
    const realOfRoot = realRoot(root)
    return realOfRoot !== undefined && isUnder(realOfRoot, real)
  })
  if (inside) return
  const leads = resolve(asked) === real ? '' : ` (which leads to ${real})`
  throw new TaskError(
    'E_CONFINED',
    `${asked}${leads} is outside the folders this engine may ${right}; add its folder to allow.${right}`,
  )
}

function besideRealParent(path: string): string {
  const absolute = resolve(wellFormed(path))
  return join(realPathOfNearest(dirname(absolute)), basename(absolute))
}

/** The real path of the nearest parent that exists, and behind it what does not exist yet. */
function realPathOfNearest(path: string): string {
  const missing: string[] = []
  for (let at = resolve(wellFormed(path)); ; at = dirname(at)) {
    const real = realPathIfAny(at)
    if (real !== undefined) return join(real, ...missing)
    // A link that leads nowhere yet could lead anywhere by the time the file is made.
    if (lstatIfAny(at)?.isSymbolicLink() === true) {
      throw new TaskError('E_CONFINED', `${at} is a symbolic link to nothing`)
    }
    missing.unshift(basename(at))
  }
}

function realPathIfAny(path: string): string | undefined {
  try {
    return ifExists(() => realpathSync.native(path))
  } catch (error) {
    if (isSystemError(error) && error.code === 'ELOOP') {
      throw new TaskError('E_CONFINED', `${path} is a loop of symbolic links`, { cause: error })
    }
    throw error
  }
}

function realRoot(root: string): string | undefined {
  return ifExists(() => realpathSync.native(root))
}

function lstatIfAny(path: string): ReturnType<typeof lstatSync> {
  return ifExists(() => lstatSync(path))
}

function isMountPoint(path: string): boolean {
  const own = lstatIfAny(path)
  return own !== undefined && own.dev !== lstatIfAny(dirname(path))?.dev
}

function wellFormed(path: string): string {
  if (path !== '' && !path.includes('\0')) return path
  throw new TaskError('E_PAYLOAD', 'a path is empty or holds a zero byte')
}

// Names that are not UTF-8 reach JavaScript with U+FFFD in place of their bytes, and cannot be opened by that name.
function notUtf8Hint(path: string): string {
  return path.includes('\uFFFD') ? ' (its name is not UTF-8: rename it)' : ''
}
