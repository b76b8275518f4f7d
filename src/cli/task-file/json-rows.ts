import { arrayElements, JsonFault, members, skipSpace, type Stretch } from './json-text.ts'
import { Places, type Fault, type RowText } from './row-text.ts'
import { foreignKey, givenBefore, WRAPPER_KEYS, wrongRoot } from './wrapper.ts'

const ELEMENTS_PER_CHUNK = 1_000

/** One JSON value: an array of rows, or an object that has them as `tasks` beside its `$schema`. */
export function* jsonRows(text: string): Generator<readonly (RowText | Fault)[]> {
  const places = new Places(text)
  let rows: (RowText | Fault)[] = []
  try {
    const start = skipSpace(text, 0)
    if (start === text.length) return
    const array = arrayIn(text, start)
    for (const { start: from, end } of arrayElements(text.slice(0, array.end), array.start)) {
      rows.push({ text: text.slice(from, end), ...places.of(from) })
      if (rows.length < ELEMENTS_PER_CHUNK) continue
      yield rows
      rows = []
    }
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    // What is wrong with the object around the rows may lie before them.
    rows.push({ ...new Places(text).of(error.offset), message: error.message })
  }
  yield rows
}

/** Where the array of rows lies. */
function arrayIn(text: string, start: number): Stretch {
  if (text[start] === '[') return { start, end: text.length }
  if (text[start] !== '{') throw new JsonFault(start, wrongRoot)
  const found = new Map<string, Stretch>()
  const all = members(text, start)
  if (!all.some(({ name }) => name === 'tasks')) throw new JsonFault(start, wrongRoot)
  for (const { key, name, value } of all) {
    if (!WRAPPER_KEYS.has(name)) throw new JsonFault(key.start, foreignKey(name))
    if (found.has(name)) throw new JsonFault(key.start, givenBefore(name))
    found.set(name, value)
  }
  const tasks = found.get('tasks')
  if (tasks === undefined || text[tasks.start] !== '[')
    throw new JsonFault(tasks?.start ?? start, wrongRoot)
  return tasks
}
