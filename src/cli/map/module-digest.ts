import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What a module does, as a digest: its text and that of every file that it imports or names by a relative path, and
 * theirs. Packages are not looked into, nor is what is put together only when it runs.
 */
export async function moduleDigest(url: string): Promise<string> {
  const entry = fileURLToPath(url)
  const hash = createHash('sha256')
  const seen = new Set([entry])
  // A Set gives what is added while it is walked, too.
  for (const path of seen) {
    const text = await readFile(path, 'utf8')
    hash.update(`${relative(dirname(entry), path).replaceAll(sep, '/')}\0${text}\0`)
    for (const named of await filesNamedIn(text, dirname(path))) seen.add(named)
  }
  return hash.digest('base64url')
}

/** `from './x.ts'`, `import './x.ts'`, `import('./x.ts')`, `require('./x')`, `new URL('./x.wasm', import.meta.url)`. */
const NAMED = /(?:\bfrom|\bimport|\brequire|\bURL)\s*\(?\s*(['"`])(\.{1,2}\/[^'"`\n]+)\1/g
/** What `require` leaves away. */
const ENDINGS = ['', '.js', '.cjs', '.json', '/index.js']

async function filesNamedIn(text: string, folder: string): Promise<string[]> {
  const paths = [...text.matchAll(NAMED)].map(([, , path = '']) => resolve(folder, path))
  const found = await Promise.all(paths.map(fileAt))
  return found.flatMap((path) => path ?? [])
}

async function fileAt(path: string): Promise<string | undefined> {
  for (const ending of ENDINGS) if (await isFile(path + ending)) return path + ending
  return undefined
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  return stats?.isFile() === true
}
