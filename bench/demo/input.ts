import { hash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { accessLog } from './access-log.ts'

/** How much to do. */
export interface Size {
  readonly logBytes: number
  /** At most this many files of node_modules. */
  readonly filesMax: number
}

export interface InputFile {
  /** Relative to `nodeModules`. */
  readonly path: string
  readonly bytes: number
}

export interface LogPart {
  readonly path: string
  readonly bytes: number
  /** Of what was generated, before any engine saw it. */
  readonly sha256: string
}

/** What every clone has, and a log made from a seed. */
export interface Input {
  /** The demo's own folder; all that is written goes here. */
  readonly folder: string
  /** Read in place, never written to. */
  readonly nodeModules: string
  readonly files: readonly InputFile[]
  readonly logParts: readonly LogPart[]
  /** Names of packages, each copied into every one of `CHECKOUTS`. */
  readonly packages: readonly string[]
  readonly manifests: readonly InputFile[]
}

/** The same packages three times: built by the engine, built again (from its cache), and built without any engine. */
export const CHECKOUTS = ['first', 'second', 'direct'] as const

/** What a build writes, in its package. */
export const BUILT = 'packed'

const SEED = 20_261_122

export function makeInput(
  folder: string,
  { logBytes, filesMax }: Size,
  onProgress: (done: number, total: number) => void,
): Input {
  const nodeModules = join(import.meta.dirname, '..', '..', 'node_modules')
  const all = filesOf(nodeModules)
  const packages = packagesIn(all, Math.min(24, Math.max(3, Math.ceil(filesMax / 200))))
  for (const checkout of CHECKOUTS)
    for (const { name, files } of packages)
      checkOut(join(folder, checkout, name), join(nodeModules, name), files)
  return {
    folder,
    nodeModules,
    files: spread(all, filesMax),
    logParts: writeLog(join(folder, 'log'), logBytes, onProgress),
    packages: packages.map(({ name }) => name),
    manifests: spread(all.filter(isManifest), Math.max(10, Math.ceil(filesMax / 40))),
  }
}

function filesOf(root: string): readonly InputFile[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  // Tools keep caches under dotted names there, which may change while we look.
  const kept = paths.filter((path) => !path.startsWith('.')).sort()
  return kept.map((path) => ({ path, bytes: statSync(join(root, path)).size }))
}

function isManifest({ path }: InputFile): boolean {
  return /(^|\/)package\.json$/.test(path)
}

interface Package {
  readonly name: string
  readonly files: readonly InputFile[]
}

const SCRIPT = /\.[cm]?js$/
const SCRIPT_BYTES_MIN = 10_000
const SCRIPT_BYTES_MAX = 400_000
const SCRIPTS_MAX = 100

/** Small packages with scripts of their own. */
function packagesIn(files: readonly InputFile[], count: number): readonly Package[] {
  const byName = Map.groupBy(files, ({ path }) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '')
  const packages = [...byName].map(([name, of]) => ({ name, files: ownFiles(name, of) }))
  return spread(packages.filter(isSmall), count)
}

function ownFiles(name: string, files: readonly InputFile[]): readonly InputFile[] {
  return files
    .map(({ path, bytes }) => ({ path: path.slice(name.length + 1), bytes }))
    .filter(({ path }) => path === 'package.json' || (SCRIPT.test(path) && isOwn(path)))
}

function isOwn(path: string): boolean {
  return !path.includes('node_modules/') && !path.startsWith(`${BUILT}/`)
}

function isSmall({ files }: Package): boolean {
  const scripts = files.filter(({ path }) => SCRIPT.test(path))
  const bytes = total(scripts)
  const fits = bytes >= SCRIPT_BYTES_MIN && bytes <= SCRIPT_BYTES_MAX
  return fits && scripts.length <= SCRIPTS_MAX && files.length > scripts.length
}

function checkOut(to: string, from: string, files: readonly InputFile[]): void {
  for (const { path } of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    copyFileSync(join(from, path), join(to, path))
  }
  copyFileSync(join(import.meta.dirname, 'build.mts'), join(to, 'build.mts'))
}

function writeLog(
  folder: string,
  bytesTotal: number,
  onProgress: (done: number, total: number) => void,
): readonly LogPart[] {
  mkdirSync(folder, { recursive: true })
  const lines = accessLog(SEED)
  const partBytes = Math.min(1_000_000, Math.max(100_000, Math.ceil(bytesTotal / 40)))
  const parts: LogPart[] = []
  for (let made = 0; made < bytesTotal; made = total(parts)) {
    const content = takeBytes(lines, Math.min(partBytes, bytesTotal - made))
    const path = join(folder, `access-${numbered(parts.length)}.log`)
    writeFileSync(path, content)
    parts.push({ path, bytes: content.length, sha256: hash('sha256', content) })
    onProgress(total(parts), bytesTotal)
  }
  return parts
}

/** Whole lines, at least so many bytes of them. */
function takeBytes(lines: Generator<string, never>, bytes: number): Buffer {
  const taken: string[] = []
  // Every character of the log is ASCII: its length is its bytes.
  for (let length = 0; length < bytes;) {
    const line = lines.next().value
    taken.push(line)
    length += line.length
  }
  return Buffer.from(taken.join(''), 'latin1')
}

export function total(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}

export function numbered(index: number): string {
  return String(index + 1).padStart(4, '0')
}

/** At most `count` of a list, evenly from all of it. */
function spread<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list
  return Array.from({ length: count }, (_, at) => list[Math.floor((at * list.length) / count)]!)
}
