/** Where a JSON text goes wrong. JSON.parse does not always say. */
export class JsonFault extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/** A stretch of a text, end excluded. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** The first fault of a text that JSON.parse refused. */
export function jsonFault(text: string): JsonFault {
  try {
    const end = value(text, 0, 0, unwatched)
    const rest = skipSpace(text, end)
    return rest < text.length
      ? new JsonFault(rest, 'there is more after the end of the object')
      : new JsonFault(0, 'this is not JSON')
  } catch (error) {
    if (error instanceof JsonFault) return error
    throw error
  }
}

/** Where each key of an object begins; for texts that JSON.parse took. */
export function keyOffsets(text: string): Map<string, number> {
  const offsets = new Map<string, number>()
  for (const { name, key } of members(text, skipSpace(text, 0))) offsets.set(name, key.start)
  return offsets
}

/**
 * The members of an object that begins at `start`, repeated ones too.
 * @throws JsonFault at the first fault, also in what follows the object
 */
export function members(text: string, start: number): readonly Member[] {
  const found: Member[] = []
  const end = object(text, start, 0, unwatched, (key, member) => {
    found.push({ name: nameOf(text, key), key, value: member })
  })
  const rest = skipSpace(text, end)
  if (rest < text.length) throw new JsonFault(rest, 'there is more after the end of the object')
  return found
}

export interface Member {
  readonly name: string
  readonly key: Stretch
  readonly value: Stretch
}

/** The first key of an object, at any depth, that the same object had before. JSON.parse would keep the last silently. */
export function repeatedKey(
  text: string,
): { readonly name: string; readonly offset: number } | undefined {
  let found: { name: string; offset: number } | undefined
  const watch = (): ((key: Stretch) => void) => {
    const names = new Set<string>()
    return (key) => {
      const name = nameOf(text, key)
      if (names.has(name)) found ??= { name, offset: key.start }
      names.add(name)
    }
  }
  value(text, 0, 0, watch)
  return found
}

function nameOf(text: string, { start, end }: Stretch): string {
  const raw = text.slice(start + 1, end - 1)
  return raw.includes('\\') ? String(JSON.parse(text.slice(start, end))) : raw
}

/**
 * The elements of an array that begins at `start`, as stretches of the text.
 * @throws JsonFault at the first fault, after the elements before it
 */
export function* arrayElements(text: string, start: number): Generator<Stretch> {
  let at = skipSpace(text, start + 1)
  if (text[at] !== ']') {
    for (;;) {
      const end = value(text, at, 1, unwatched)
      yield { start: at, end }
      at = skipSpace(text, end)
      if (text[at] !== ',') break
      at = skipSpace(text, at + 1)
    }
    expect(text, at, ']', "',' or ']'")
  }
  const rest = skipSpace(text, at + 1)
  if (rest < text.length) throw new JsonFault(rest, 'there is more after the end of the array')
}

/** Deeper texts are refused by the engine too; here it bounds the recursion. */
const DEPTH_MAX = 1_000

const SPACE = /[\t\n\r ]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Told of each object that is met; gives what is told of that object's members. */
type Watch = () => (key: Stretch, value: Stretch) => void

const nobody = (): void => undefined
const unwatched: Watch = () => nobody

/** Returns where the value that begins at `at` (or after space) ends. */
function value(text: string, at: number, depth: number, watch: Watch): number {
  const start = skipSpace(text, at)
  if (depth > DEPTH_MAX)
    throw new JsonFault(start, `this is nested deeper than ${DEPTH_MAX} levels`)
  switch (text[start]) {
    case '{':
      return object(text, start, depth, watch, watch())
    case '[':
      return array(text, start, depth, watch)
    case '"':
      return string(text, start)
    default:
      return match(SCALAR, text, start) ?? fail(text, start, 'a value')
  }
}

function object(
  text: string,
  start: number,
  depth: number,
  watch: Watch,
  onMember: (key: Stretch, value: Stretch) => void,
): number {
  let at = skipSpace(text, start + 1)
  if (text[at] === '}') return at + 1
  for (;;) {
    if (text[at] !== '"') fail(text, at, 'a key in double quotes')
    const key = { start: at, end: string(text, at) }
    const colon = skipSpace(text, key.end)
    expect(text, colon, ':', "':'")
    const from = skipSpace(text, colon + 1)
    const end = value(text, from, depth + 1, watch)
    onMember(key, { start: from, end })
    at = skipSpace(text, end)
    if (text[at] !== ',') break
    at = skipSpace(text, at + 1)
  }
  expect(text, at, '}', "',' or '}'")
  return at + 1
}

function array(text: string, start: number, depth: number, watch: Watch): number {
  let at = skipSpace(text, start + 1)
  if (text[at] === ']') return at + 1
  for (;;) {
    at = skipSpace(text, value(text, at, depth + 1, watch))
    if (text[at] !== ',') break
    at += 1
  }
  expect(text, at, ']', "',' or ']'")
  return at + 1
}

const [QUOTE, BACKSLASH, FIRST_PRINTABLE] = [34, 92, 32]

// Character by character: on strings of many megabytes a pattern would run out of stack.
function string(text: string, start: number): number {
  let at = start + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    const escaped = code === BACKSLASH ? match(ESCAPE, text, at) : at + 1
    if (escaped === undefined || code < FIRST_PRINTABLE)
      throw new JsonFault(at, 'a string cannot hold this character: escape it')
    at = escaped - 1
  }
  throw new JsonFault(start, 'this string does not end')
}

/** Where the space that begins at `at` ends. */
export function skipSpace(text: string, at: number): number {
  return match(SPACE, text, at) ?? at
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function expect(text: string, at: number, wanted: string, words: string): void {
  if (text[at] !== wanted) fail(text, at, words)
}

function fail(text: string, at: number, wanted: string): never {
  const found = text[at] === undefined ? 'the text ends' : `there is '${text[at]}'`
  throw new JsonFault(at, `${found} where ${wanted} should be`)
}
