import { hash } from 'node:crypto'
import { createReadStream, existsSync, globSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { OctopusError } from '../../main/index.ts'
import type { MapFlags } from './flags.ts'
import { separated } from './separated.ts'

/** What is mapped over. */
export interface Inputs {
  /** Undefined where only their end says how many there were. */
  readonly count: number | undefined
  readonly values: Iterable<unknown> | AsyncIterable<unknown>
  /** The same for the same words on the command line. */
  readonly fingerprint: string
}

type InputFlags = Pick<MapFlags, 'argFile' | 'null' | 'jsonInput' | 'glob'>

/** A list that is larger than this is read as it is needed. */
const LIST_BYTES_MAX = 256 * 1024 * 1024

/**
 * Arguments, matched files, the lines of a file, or those of stdin.
 * @throws OctopusError E_USAGE for a pattern that matches nothing, for no inputs or several sources of them; E_TASK_FILE for
 * a list that cannot be read or, where it is known by now, an input that is no JSON
 */
export async function readInputs(words: readonly string[], flags: InputFlags): Promise<Inputs> {
  const { argFile, jsonInput = false, glob } = flags
  const separator = flags.null === true ? '\0' : '\n'
  const fingerprint = hash('sha256', JSON.stringify([words, argFile, separator, jsonInput, glob]))
  const fromStdin = words.includes('-')
  if (argFile === undefined ? words.length === 0 : words.length > 0)
    throw noSource(argFile === undefined ? 'there are no inputs' : 'there are arguments and -a')
  if (fromStdin && words.length > 1) throw noSource("there are arguments beside '-'")
  if (fromStdin) return streamed(process.stdin, 'stdin', separator, jsonInput, fingerprint)
  if (argFile !== undefined) return listed(argFile, separator, jsonInput, fingerprint)
  const texts = glob && !jsonInput ? words.flatMap(matched) : words
  return known(texts, 'argument', jsonInput, fingerprint)
}

async function listed(
  path: string,
  separator: '\n' | '\0',
  json: boolean,
  fingerprint: string,
): Promise<Inputs> {
  try {
    const stats = await stat(path)
    if (!stats.isFile() || stats.size > LIST_BYTES_MAX)
      return streamed(createReadStream(path), path, separator, json, fingerprint)
    const texts = (await readFile(path, 'utf8')).split(separator)
    return known(
      texts.filter((text) => text !== '').map((text) => withoutReturn(text, separator)),
      path,
      json,
      fingerprint,
    )
  } catch (error) {
    if (error instanceof OctopusError) throw error
    throw new OctopusError('E_TASK_FILE', `${path}: cannot be read`, {
      hint: 'Name a file of inputs with -a, one a line.',
      cause: error,
    })
  }
}

function known(
  texts: readonly string[],
  source: string,
  json: boolean,
  fingerprint: string,
): Inputs {
  const values = json ? texts.map((text, at) => jsonValue(text, `${source}:${at + 1}`)) : texts
  return { count: values.length, values, fingerprint }
}

function streamed(
  stream: AsyncIterable<unknown>,
  source: string,
  separator: '\n' | '\0',
  json: boolean,
  fingerprint: string,
): Inputs {
  async function* values(): AsyncGenerator {
    let at = 0
    for await (const text of separated(stream, separator)) {
      at += 1
      yield json ? jsonValue(text, `${source}:${at}`) : withoutReturn(text, separator)
    }
  }
  return { count: undefined, values: values(), fingerprint }
}

function withoutReturn(text: string, separator: '\n' | '\0'): string {
  return separator === '\n' && text.endsWith('\r') ? text.slice(0, -1) : text
}

/** What the shell would have made of a pattern, had it not been quoted; sorted, without folders. */
function matched(word: string): readonly string[] {
  if (!/[*?[{]/.test(word) || word.includes('://') || existsSync(word)) return [word]
  const files = globSync(word).filter((path) => !isFolder(path))
  if (files.length > 0) return files.sort(byCodeUnits)
  throw new OctopusError('E_USAGE', `no file matches '${word}'`, {
    hint: 'Correct the pattern, or take it as it is with --no-glob.',
  })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function jsonValue(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new OctopusError('E_TASK_FILE', `${place}: this is no JSON value: ${error.message}`, {
      hint: 'With --json-input each input is one JSON value, e.g. {"file":"a.jpg"} or "a.jpg".',
      cause: error,
    })
  }
}

function noSource(what: string): OctopusError {
  return new OctopusError('E_USAGE', what, {
    hint: "Name inputs or patterns, or '-' for stdin, or a file with -a: one of the three.",
  })
}
