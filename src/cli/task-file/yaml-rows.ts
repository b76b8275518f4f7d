import type { Fault, Place, RowText } from './row-text.ts'
import { foreignKey, WRAPPER_KEYS, wrongRoot } from './wrapper.ts'
import { YamlFault, type Yaml, type YamlNode } from './yaml-package.ts'
import { YamlValues } from './yaml-values.ts'

type PlaceOf = (offset: number) => Place

/** The rows of one YAML document: a sequence, or a mapping that has it as `tasks`. Each is handed on as JSON text. */
export function yamlRows(text: string, yaml: Yaml): readonly (RowText | Fault)[] {
  const lines = new yaml.LineCounter()
  const placeOf: PlaceOf = (offset) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const document = yaml.parseDocument(text, { ...STRICT, lineCounter: lines })
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0)
    return wrong.map(({ code, message, pos }) => ({
      ...placeOf(pos[0]),
      message: MESSAGES[code] ?? lowerFirst(message),
    }))
  return rowsOf(document.contents, yaml, placeOf)
}

// One schema whatever the document's directives say: JSON's values, and no dates, sets or bytes.
const STRICT = {
  prettyErrors: false,
  version: '1.2',
  schema: 'core',
  resolveKnownTags: false,
  stringKeys: true,
} as const

/** What the package says in its own terms. */
const MESSAGES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key was given before',
  MULTIPLE_DOCS: 'a task file is one YAML document, and here another begins',
  NON_STRING_KEY: 'a key is text',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

function rowsOf(
  contents: YamlNode | null,
  yaml: Yaml,
  placeOf: PlaceOf,
): readonly (RowText | Fault)[] {
  if (contents === null) return []
  const values = new YamlValues(yaml)
  try {
    const rows = sequenceIn(contents, yaml)
    return rows.map((node) => rowOf(node, values, yaml, placeOf))
  } catch (error) {
    if (error instanceof YamlFault) return [faultOf(error, placeOf)]
    throw error
  }
}

function sequenceIn(contents: YamlNode, { isMap, isSeq, isScalar }: Yaml): readonly unknown[] {
  if (isSeq(contents)) return contents.items
  const start = contents.range?.[0] ?? 0
  if (!isMap(contents)) throw new YamlFault(start, wrongRoot)
  const keys = contents.items.map(({ key, value }) => ({
    name: isScalar(key) ? String(key.value) : '',
    offset: isScalar(key) ? (key.range?.[0] ?? start) : start,
    value,
  }))
  const tasks = keys.find(({ name }) => name === 'tasks')
  if (!isSeq(tasks?.value)) throw new YamlFault(tasks?.offset ?? start, wrongRoot)
  const foreign = keys.find(({ name }) => !WRAPPER_KEYS.has(name))
  if (foreign !== undefined) throw new YamlFault(foreign.offset, foreignKey(foreign.name))
  return tasks.value.items
}

function rowOf(node: unknown, values: YamlValues, yaml: Yaml, placeOf: PlaceOf): RowText | Fault {
  const start = yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0
  try {
    const text = JSON.stringify(yaml.isNode(node) ? values.row(node) : null)
    return { text, ...placeOf(start), places: keyPlaces(node, yaml, placeOf) }
  } catch (error) {
    if (error instanceof YamlFault) return faultOf(error, placeOf)
    throw error
  }
}

function keyPlaces(node: unknown, { isMap, isScalar }: Yaml, placeOf: PlaceOf): Map<string, Place> {
  const places = new Map<string, Place>()
  if (!isMap(node)) return places
  for (const { key } of node.items)
    if (isScalar(key)) places.set(String(key.value), placeOf(key.range?.[0] ?? 0))
  return places
}

function faultOf({ offset, message }: YamlFault, placeOf: PlaceOf): Fault {
  return { ...placeOf(offset), message }
}
