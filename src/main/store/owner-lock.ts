import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { OctopusError } from '../../protocol/errors.ts'
import { createPrivate } from './store-files.ts'

/** Who has a store open. Written beside it for whoever is refused. */
export interface Owner {
  readonly pid: number
  readonly command: string
  readonly host: string
  readonly sinceMs: number
}

/**
 * One process owns a store. The lock is an exclusive transaction on an empty SQLite file of its own: the kernel frees it
 * with the process, however that ends, so there is no lease to wait out and no stale lock to clean up. SQLite also keeps
 * two owners inside one process apart, where file locks alone would not.
 *
 * Nobody else may open or close this file in the owner's process: closing any descriptor of it would free the lock.
 */
export class OwnerLock {
  readonly #db: DatabaseSync
  readonly #ownerPath: string

  static take(storePath: string, owner: Owner): OwnerLock {
    const path = `${storePath}.lock`
    createPrivate(path)
    // Whoever looks who holds the lock (lockHolder) holds it against us for a moment.
    const db = new DatabaseSync(path, { timeout: 50 })
    try {
      db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    } catch (error) {
      db.close()
      throw isBusy(error) ? busy(storePath, error) : error
    }
    return new OwnerLock(db, storePath, owner)
  }

  private constructor(db: DatabaseSync, storePath: string, owner: Owner) {
    this.#db = db
    this.#ownerPath = ownerPath(storePath)
    writeFileSync(this.#ownerPath, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  }

  /** The lock's file stays: deleting it would let two owners hold locks on two files of one name. */
  free(): void {
    rmSync(this.#ownerPath, { force: true })
    this.#db.close()
  }
}

/**
 * Who holds the lock of a store, in words; undefined when nobody does. Reading is enough to find out, and is over at once;
 * SQLite keeps the descriptor open where this very process is the owner.
 */
export function lockHolder(storePath: string): string | undefined {
  const path = `${storePath}.lock`
  if (!existsSync(path)) return undefined
  const db = new DatabaseSync(path, { timeout: 0, readOnly: true })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return undefined
  } catch (error) {
    if (isBusy(error)) return ownerInWords(storePath)
    throw error
  } finally {
    db.close()
  }
}

function ownerPath(storePath: string): string {
  return `${storePath}.owner`
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}

function busy(storePath: string, cause: unknown): OctopusError {
  const message = `${storePath} is in use by ${ownerInWords(storePath)}`
  return new OctopusError('E_STORE_BUSY', message, {
    hint: 'One process owns a store. Connect to the owner instead of opening it, or stop that process.',
    cause,
  })
}

function ownerInWords(storePath: string): string {
  const owner = readOwner(storePath)
  if (owner === undefined) return 'another process'
  const { pid, command, host, sinceMs } = owner
  return `process ${pid} (${command}) on ${host} since ${new Date(sinceMs).toISOString()}`
}

/**
 * Who owns the store now, as far as can be told without touching its lock: what an owner wrote, if that process lives.
 * An owner of another machine (a shared folder, a container) is believed.
 */
export function livingOwner(storePath: string): Owner | undefined {
  const owner = readOwner(storePath)
  return owner !== undefined && (owner.host !== hostname() || isAlive(owner.pid))
    ? owner
    : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Undefined while the owner has not written it yet, when it closed the store, or when it is not ours to read. */
function readOwner(storePath: string): Owner | undefined {
  let text: string
  try {
    text = readFileSync(ownerPath(storePath), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
  return parseOwner(text)
}

function parseOwner(text: string): Owner | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (!('pid' in value && 'command' in value && 'host' in value && 'sinceMs' in value))
    return undefined
  const { pid, command, host, sinceMs } = value
  return {
    pid: Number(pid),
    command: String(command),
    host: String(host),
    sinceMs: Number.isFinite(Number(sinceMs)) ? Number(sinceMs) : 0,
  }
}
