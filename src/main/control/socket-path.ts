import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OctopusError } from '../../protocol/errors.ts'

/** What the kernel takes as the name of a socket, its final zero not counted: 108 bytes on Linux, 104 elsewhere. */
const NAME_BYTES_MAX = process.platform === 'linux' ? 107 : 103

/**
 * Where the owner of a store listens: beside it, or, where that name is too long, under a name made from the store's in a
 * folder of the user's own. A function of the store's real path and of nothing that may differ between two processes of
 * one user, so that both sides find the same.
 */
export function socketPathOf(store: string, platform = process.platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\octopus-${shortName(store)}`
  const beside = `${store}.sock`
  if (Buffer.byteLength(bornAt(beside)) <= NAME_BYTES_MAX) return beside
  return join(userFolder(), `${shortName(store)}.sock`)
}

/**
 * A socket is born in a folder that is closed to others, gets its mode there, and only then its name: there is no moment
 * at which somebody else could connect, whatever the umask, which belongs to the whole process and is left alone.
 */
export function bornAt(path: string): string {
  return join(`${path}~`, 's')
}

/** @throws OctopusError E_SOCKET_FOREIGN when the folder under /tmp is not ours alone */
export function preparePlace(path: string): void {
  const folder = dirname(path)
  if (folder === userFolder()) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    refuseShared(folder)
  }
}

function refuseShared(folder: string): void {
  const { uid, mode } = lstatSync(folder)
  const isFolder = lstatSync(folder).isDirectory()
  if (isFolder && uid === process.getuid?.() && (mode & 0o077) === 0) return
  throw new OctopusError('E_SOCKET_FOREIGN', `${folder} is not a folder of yours alone`, {
    hint: 'Remove it, give the store a shorter path, or set the option socket to false.',
  })
}

// Not os.tmpdir() nor XDG_RUNTIME_DIR: a job of cron's has another environment than the shell that asks about it.
function userFolder(): string {
  return `/tmp/octopus-${process.getuid?.() ?? 0}`
}

function shortName(store: string): string {
  return createHash('sha256').update(store).digest('hex').slice(0, 32)
}
