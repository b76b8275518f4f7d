import { relative, resolve } from 'node:path'
import { isUnder } from '../confine.ts'
import type { DigestName } from '../read-file.ts'

/**
 * The lines of `sha256sum`, `sha512sum` and `b2sum` (GNU coreutils): `<hex>  <name>`. A name that holds a backslash, a
 * newline or a carriage return is escaped, and the line begins with a backslash then.
 */
export interface Sum {
  readonly name: string
  readonly digest: string
}

export function formatSum({ name, digest }: Sum): string {
  const escaped = name.replace(/[\\\n\r]/g, (character) => ESCAPES[character] ?? character)
  return `${escaped === name ? '' : '\\'}${digest}  ${escaped}\n`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' }

export interface ParsedSums {
  readonly sums: readonly Sum[]
  /** Counted from 1. */
  readonly malformedLines: readonly number[]
}

/** Reads the plain form, `*` for binary included, and the BSD form of `--tag`. Empty lines and comments are passed over. */
export function parseSums(text: string, algo: DigestName): ParsedSums {
  const sums: Sum[] = []
  const malformedLines: number[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line
    if (bare === '' || bare.startsWith('#')) continue
    const sum = parseLine(bare, algo)
    if (sum === undefined) malformedLines.push(index + 1)
    else sums.push(sum)
  }
  return { sums, malformedLines }
}

const DIGITS: Readonly<Record<DigestName, number>> = { sha256: 64, sha512: 128, blake2b512: 128 }
const TAGS: Readonly<Record<DigestName, string>> = {
  sha256: 'SHA256',
  sha512: 'SHA512',
  blake2b512: 'BLAKE2b',
}
const PLAIN = /^(\\?)([0-9a-fA-F]+) [ *](.+)$/s
const TAGGED = /^(\\?)([A-Za-z0-9-]+) \((.+)\) = ([0-9a-fA-F]+)$/s

function parseLine(line: string, algo: DigestName): Sum | undefined {
  const plain = PLAIN.exec(line)
  if (plain !== null) return asSum(plain[1], plain[3], plain[2], algo)
  const tagged = TAGGED.exec(line)
  return tagged?.[2] === TAGS[algo] ? asSum(tagged[1], tagged[3], tagged[4], algo) : undefined
}

function asSum(mark = '', name = '', hex = '', algo: DigestName): Sum | undefined {
  if (hex.length !== DIGITS[algo]) return undefined
  const unescaped = mark === '' ? name : unescape(name)
  return unescaped === undefined ? undefined : { name: unescaped, digest: hex.toLowerCase() }
}

function unescape(name: string): string | undefined {
  if (/\\([^\\nr]|$)/.test(name.replaceAll('\\\\', ''))) return undefined
  return name.replace(/\\([\\nr])/g, (_, letter: string) => UNESCAPES[letter] ?? letter)
}

const UNESCAPES: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r' }

/** A file's name in sums that lie in `folder`: relative beneath it, otherwise absolute. `-` alone would mean stdin. */
export function nameIn(folder: string, path: string): string {
  if (!isUnder(resolve(folder), path)) return path
  const name = relative(resolve(folder), path)
  return name === '-' || name.startsWith('#') ? `./${name}` : name
}

export function pathOf(folder: string, name: string): string {
  return resolve(folder, name)
}
