import { existsSync, statfsSync, statSync, type Stats } from 'node:fs'
import { access, constants, open, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isNetworkFolder, systemClock } from '../../main/light.ts'
import { counted, span } from '../format.ts'
import { fault, fine, look, note, type Finding } from './finding.ts'

const MIB = 1024 * 1024
const FREE_MIB_MIN = 256
const TMPFS = 0x01021994
const SYNCS = 7
const PAGE_BYTES = 4_096
const SYNC_SLOW_MS = 50
const CLOCK_APART_MS = 5_000
const SUFFIXES = ['', '-wal', '-shm', '.lock', '.owner', '.running', '.sock'] as const

/** Where the store is, or will be: the disk, its sync time, and who may read the files. */
export async function storeFindings(store: string): Promise<readonly Finding[]> {
  const folder = nearestFolder(dirname(store))
  const place = existsSync(store)
    ? fine('store', store)
    : note('store', `${store} will be made by the first run`)
  if (isNetworkFolder(folder))
    return [
      place,
      fault(
        'disk',
        `${folder} is on a network file system`,
        'Locks and syncs do not hold there. Put the store on a local disk.',
      ),
    ]
  return [place, ...disk(folder), ...(await syncs(folder)), ...files(store)]
}

/** The folder, or the first above it that is there. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}

function disk(folder: string): readonly Finding[] {
  const { type, bavail, bsize } = statfsSync(folder)
  const freeMib = Math.floor((bavail * bsize) / MIB)
  const room =
    freeMib >= FREE_MIB_MIN
      ? fine('disk', `${freeMib} MiB free`)
      : look(
          'disk',
          `only ${freeMib} MiB free`,
          'A full disk stops the engine; nothing acknowledged is lost.',
        )
  const volatile = look(
    'disk',
    `${folder} is kept in memory`,
    'It is gone after a restart of the machine. Put the store on a disk.',
  )
  return type >>> 0 === TMPFS ? [room, volatile] : [room]
}

/** Writes and syncs a small file of its own, as the store's log does, and removes it. */
async function syncs(folder: string): Promise<readonly Finding[]> {
  const file = join(folder, `.octopus-doctor-${process.pid}`)
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    const { medianMs, madeAtMs } = await timeSyncs(file)
    const what = `median of ${SYNCS}: ${span(medianMs)}`
    return [
      medianMs < SYNC_SLOW_MS
        ? fine('fsync', what)
        : look('fsync', what, 'A lone enqueue waits that long; many at once share one.'),
      ...clockApart(madeAtMs),
    ]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [
      fault(
        'disk',
        `${folder} cannot be written: ${why}`,
        'Mend the permissions, or name another --store.',
      ),
    ]
  }
}

async function timeSyncs(
  file: string,
): Promise<{ readonly medianMs: number; readonly madeAtMs: number }> {
  await using handle = await open(file, 'wx', 0o600)
  try {
    const times: number[] = []
    for (let at = 0; at < SYNCS; at += 1) times.push(await timeSync(handle, at))
    const medianMs = times.sort((one, other) => one - other)[SYNCS >> 1] ?? 0
    return { medianMs, madeAtMs: (await handle.stat()).mtimeMs }
  } finally {
    await rm(file)
  }
}

async function timeSync(handle: FileHandle, at: number): Promise<number> {
  await handle.write(Buffer.alloc(PAGE_BYTES, at), 0, PAGE_BYTES, at * PAGE_BYTES)
  const startedMs = systemClock.monotonicMs()
  await handle.sync()
  return systemClock.monotonicMs() - startedMs
}

function clockApart(madeAtMs: number): readonly Finding[] {
  const apartMs = Math.abs(madeAtMs - systemClock.wallMs())
  if (apartMs < CLOCK_APART_MS) return []
  return [
    look(
      'clock',
      `the disk's clock is ${span(apartMs)} from ours`,
      'Have one time source set both.',
    ),
  ]
}

/** All of a store's files belong to who runs it, and nobody else may read them. */
function files(store: string): readonly Finding[] {
  const present = SUFFIXES.flatMap((suffix) => {
    const stats = statSync(store + suffix, { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ name: basename(store) + suffix, stats }]
  })
  const findings = present.flatMap(({ name, stats }) => [
    ...ownedByOther(name, stats),
    ...openToOthers(name, stats),
    ...fromFuture(name, stats),
  ])
  if (present.length === 0 || findings.length > 0) return findings
  return [fine('files', `${counted(present.length, 'file')}, yours alone`)]
}

function ownedByOther(name: string, { uid }: Stats): readonly Finding[] {
  const me = process.getuid?.()
  if (me === undefined || me === uid) return []
  return [
    fault(
      'files',
      `${name} belongs to user ${uid}, you are ${me}`,
      'Run as that user, or change its owner.',
    ),
  ]
}

function openToOthers(name: string, { mode }: Stats): readonly Finding[] {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return []
  const shown = (mode & 0o777).toString(8).padStart(3, '0')
  return [
    look(
      'files',
      `${name} is open to others (mode ${shown})`,
      `chmod 600 ${name}: payloads and results are in it.`,
    ),
  ]
}

function fromFuture(name: string, { mtimeMs }: Stats): readonly Finding[] {
  const aheadMs = mtimeMs - systemClock.wallMs()
  if (aheadMs < CLOCK_APART_MS) return []
  return [
    look(
      'clock',
      `${name} was written ${span(aheadMs)} from now`,
      'The clock was set back: appointments wait for it to catch up.',
    ),
  ]
}
