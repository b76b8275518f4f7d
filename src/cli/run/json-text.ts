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
    const end = value(text, 0, 0)
    const rest = space(text, end)
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
  const keep = (key: Stretch): void => {
    const name: unknown = JSON.parse(text.slice(key.start, key.end))
    if (typeof name === 'string') offsets.set(name, key.start)
  }
  object(text, space(text, 0), 0, keep)
  return offsets
}

/**
 * The elements of an array that begins at `start`, as stretches of the text.
 * @throws JsonFault at the first fault, after the elements before it
 */
export function* arrayElements(text: string, start: number): Generator<Stretch> {
  let at = space(text, start + 1)
  if (text[at] !== ']') {
    for (;;) {
      const end = value(text, at, 1)
      yield { start: at, end }
      at = space(text, end)
      if (text[at] !== ',') break
      at = space(text, at + 1)
    }
    expect(text, at, ']', "',' or ']'")
  }
  const rest = space(text, at + 1)
  if (rest < text.length) throw new JsonFault(rest, 'there is more after the end of the array')
}

/** Deeper texts are refused by the engine too; here it bounds the recursion. */
const DEPTH_MAX = 1_000

const SPACE = /[\t\n\r ]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y // oxlint-disable-line no-control-regex -- JSON's own rule
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y // oxlint-disable-line no-control-regex -- as above
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Returns where the value that begins at `at` (or after space) ends. */
function value(text: string, at: number, depth: number): number {
  const start = space(text, at)
  if (depth > DEPTH_MAX)
    throw new JsonFault(start, `this is nested deeper than ${DEPTH_MAX} levels`)
  switch (text[start]) {
    case '{':
      return object(text, start, depth, () => undefined)
    case '[':
      return array(text, start, depth)
    case '"':
      return string(text, start)
    default:
      return match(SCALAR, text, start) ?? fail(text, start, 'a value')
  }
}

function object(text: string, start: number, depth: number, onKey: (key: Stretch) => void): number {
  let at = space(text, start + 1)
  if (text[at] === '}') return at + 1
  for (;;) {
    if (text[at] !== '"') fail(text, at, 'a key in double quotes')
    const end = string(text, at)
    onKey({ start: at, end })
    const colon = space(text, end)
    expect(text, colon, ':', "':'")
    at = space(text, value(text, colon + 1, depth + 1))
    if (text[at] !== ',') break
    at = space(text, at + 1)
  }
  expect(text, at, '}', "',' or '}'")
  return at + 1
}

function array(text: string, start: number, depth: number): number {
  let at = space(text, start + 1)
  if (text[at] === ']') return at + 1
  for (;;) {
    at = space(text, value(text, at, depth + 1))
    if (text[at] !== ',') break
    at += 1
  }
  expect(text, at, ']', "',' or ']'")
  return at + 1
}

function string(text: string, start: number): number {
  const end = match(STRING, text, start)
  if (end !== undefined) return end
  const stop = match(STRING_START, text, start) ?? start
  if (stop >= text.length) throw new JsonFault(start, 'this string does not end')
  throw new JsonFault(stop, 'a string cannot hold this character: escape it')
}

function space(text: string, at: number): number {
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
