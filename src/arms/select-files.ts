import { lstatSync, promises, readdirSync, realpathSync, type Dirent } from 'node:fs'
import { dirname, isAbsolute, join, matchesGlob, relative, resolve } from 'node:path'
import type { Grants } from '../protocol/host.ts'
import { confineRead } from './confine.ts'
import { isTemporaryName } from './output-file.ts'
import type { Breathe } from './pace.ts'
import { ifExists } from './system-errors.ts'
import { TaskError } from './task-errors.ts'

/** Files as a payload names them: files, folders and globs, relative to `cwd`. `dir/**` is `dir`, dot files included. */
export interface Selection {
  readonly paths: readonly string[]
  /** Globs relative to `cwd`; what is beneath an excluded folder is excluded too. */
  readonly exclude: readonly string[]
  readonly cwd: string
}

export interface SelectedFile {
  /** Absolute, as the caller would name it. */
  readonly name: string
  /** Where it really is; what to open. */
  readonly path: string
  readonly bytes: number
  /** Named itself, not found through a glob or a folder. */
  readonly named: boolean
}

export interface Selected {
  /** In the order of their names, each once. */
  readonly files: readonly SelectedFile[]
  /** Symbolic links met by globs and in folders. They are not followed: one link must not widen what a glob means. */
  readonly links: readonly string[]
  readonly bytes: number
}

/** More is refused: name fewer, or split the work into several tasks. */
const FILES_MAX = 1_000_000

/** @throws TaskError E_PRECONDITION for a path that does not exist, E_CONFINED outside the read grants */
export async function selectFiles(
  selection: Selection,
  grants: Grants,
  breathe: Breathe,
): Promise<Selected> {
  const finder = new Finder(selection, grants, breathe)
  for (const path of selection.paths) await finder.find(path)
  return finder.selected()
}

/** The same, for inputs: that nothing matches is most likely a typo, and is refused. */
export async function selectSomeFiles(
  selection: Selection,
  grants: Grants,
  breathe: Breathe,
): Promise<Selected> {
  const selected = await selectFiles(selection, grants, breathe)
  if (selected.files.length > 0) return selected
  throw new TaskError(
    'E_PRECONDITION',
    `no file matches ${selection.paths.join(', ')} in ${selection.cwd}`,
  )
}

class Finder {
  readonly #cwd: string
  readonly #grants: Grants
  readonly #breathe: Breathe
  readonly #excludes: (path: string) => boolean
  readonly #files = new Map<string, SelectedFile>()
  readonly #links = new Set<string>()

  constructor({ cwd, exclude }: Selection, grants: Grants, breathe: Breathe) {
    this.#cwd = resolve(cwd)
    this.#grants = grants
    this.#breathe = breathe
    this.#excludes = excluder(this.#cwd, exclude)
  }

  async find(path: string): Promise<void> {
    const name = resolve(this.#cwd, path)
    if (!isThere(name) && hasMagic(path)) return this.#findMatching(name)
    const real = confineRead(this.#grants, name)
    const stat = lstatSync(real)
    if (stat.isDirectory()) return this.#findBeneath(name, real)
    if (!stat.isFile())
      throw new TaskError('E_PRECONDITION', `${name} is neither a file nor a folder`)
    this.#add({ name, path: real, bytes: stat.size, named: true })
  }

  selected(): Selected {
    const files = [...this.#files.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return { files, links: [...this.#links].sort(), bytes }
  }

  async #findMatching(pattern: string): Promise<void> {
    const { base, glob } = splitGlob(pattern)
    if (!isThere(base)) return
    const real = confineRead(this.#grants, base)
    if (glob === '**') await this.#findBeneath(base, real)
    else await this.#findGlob(base, real, glob)
  }

  async #findGlob(base: string, real: string, glob: string): Promise<void> {
    const inPlace = linkFreeFolders(real)
    const options = {
      cwd: real,
      withFileTypes: true,
      exclude: (entry: Dirent) => this.#skips(base, real, entry),
    } as const
    for await (const entry of promises.glob(glob, options)) {
      await this.#breathe()
      if (inPlace(entry.parentPath)) this.#addEntry(base, real, entry)
    }
  }

  async #findBeneath(base: string, real: string, folder = real): Promise<void> {
    await this.#breathe()
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (this.#skips(base, real, entry)) continue
      if (entry.isDirectory()) await this.#findBeneath(base, real, join(folder, entry.name))
      else this.#addEntry(base, real, entry)
    }
  }

  #skips(base: string, real: string, entry: Dirent): boolean {
    return isTemporaryName(entry.name) || this.#excludes(asNamed(base, real, entry))
  }

  #addEntry(base: string, real: string, entry: Dirent): void {
    const name = asNamed(base, real, entry)
    if (entry.isSymbolicLink()) this.#links.add(name)
    if (!entry.isFile() || this.#skips(base, real, entry)) return
    const path = join(entry.parentPath, entry.name)
    const stat = ifExists(() => lstatSync(path))
    if (stat === undefined)
      throw new TaskError('E_IO', `${path} vanished, or its name is not UTF-8`)
    this.#add({ name, path, bytes: stat.size, named: false })
  }

  #add(file: SelectedFile): void {
    if (this.#files.get(file.name)?.named === true) return
    this.#files.set(file.name, file)
    if (this.#files.size > FILES_MAX) {
      throw new TaskError(
        'E_PAYLOAD',
        `more than ${FILES_MAX} files match; split the work into several tasks`,
      )
    }
  }
}

function asNamed(base: string, real: string, entry: Dirent): string {
  return join(base, relative(real, join(entry.parentPath, entry.name)))
}

export function isThere(path: string): boolean {
  return ifExists(() => lstatSync(path)) !== undefined
}

const MAGIC = /[*?[\]{}\\]|[!+@]\(/
const UPWARD = /(^|[/{,|(])\.\.($|[/},|)])/

export function hasMagic(path: string): boolean {
  return MAGIC.test(path)
}

/** The folder that a glob starts from, and the rest, which begins with the first wildcard. */
export function splitGlob(pattern: string): { readonly base: string; readonly glob: string } {
  const segments = pattern.split('/')
  const first = segments.findIndex(hasMagic)
  const glob = segments.slice(first).join('/')
  if (UPWARD.test(glob))
    throw new TaskError('E_CONFINED', `'..' behind a wildcard leads out of its folder: ${pattern}`)
  return { base: segments.slice(0, first).join('/') || '/', glob }
}

/** `**` steps through one symbolic link; what was reached that way is left out, as in a folder walk. */
function linkFreeFolders(base: string): (folder: string) => boolean {
  const known = new Map<string, boolean>([[base, true]])
  return (folder) => {
    const judged = known.get(folder) ?? realpathSync.native(folder) === folder
    known.set(folder, judged)
    return judged
  }
}

function excluder(cwd: string, patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.flatMap((pattern) =>
    pattern.endsWith('/**') ? [pattern, pattern.slice(0, -3)] : [pattern],
  )
  const folders = new Map<string, boolean>()
  const matches = (path: string): boolean =>
    globs.some((glob) => matchesGlob(isAbsolute(glob) ? path : relative(cwd, path), glob))
  const folderExcluded = (folder: string): boolean => {
    const known = folders.get(folder)
    if (known !== undefined) return known
    const parent = dirname(folder)
    const excluded =
      folder !== cwd && parent !== folder && (matches(folder) || folderExcluded(parent))
    folders.set(folder, excluded)
    return excluded
  }
  return globs.length === 0 ? () => false : (path) => matches(path) || folderExcluded(dirname(path))
}
