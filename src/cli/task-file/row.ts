import type { OctopusError, TaskSpec } from '../../main/index.ts'
import { jsonFault, keyOffsets, repeatedKey } from './json-text.ts'
import { ROW_FIELDS } from './row-fields.ts'
import { placeIn, type Fault, type Place, type RowText } from './row-text.ts'

/** What a row says, before anybody checked it against its type. */
export interface Row {
  readonly spec: TaskSpec
  /** The row without its layout: what its name is made from when it has no id. */
  readonly content: string
}

/** Reads a row's text. Every field is known and of its kind, or the fault says where and what was expected. */
export function parseRow(row: RowText): Row | Fault {
  let value: unknown
  try {
    value = JSON.parse(row.text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { offset, message } = jsonFault(row.text)
    return faultAt(row, offset, message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return rowFault(row, `a task is an object, not ${shown(value)}: {"type": …}`)
  return rowOf(row, value)
}

/** A fault of what the engine says of a task, at the field it speaks of. */
export function faultOf(row: RowText, error: OctopusError): Fault {
  const { code, message } = error
  const key = KEY_OF[error.code] ?? Object.keys(ROW_FIELDS).find((name) => message.includes(name))
  return fieldFault(row, key ?? '', `${message} (${code})`)
}

const KEY_OF: Readonly<Record<string, string>> = {
  E_UNKNOWN_TYPE: 'type',
  E_PAYLOAD: 'payload',
  E_NOT_JSON: 'payload',
  E_TOO_LARGE: 'payload',
  E_UNKNOWN_ARM: 'arm',
}

/** Where a field of the row is. */
export function fieldPlace(row: RowText, key: string): Place {
  const { line, column } = fieldFault(row, key, '')
  return { line, column }
}

/** At the row's beginning. */
export function rowFault({ line, column }: RowText, message: string): Fault {
  return { line, column, message }
}

/** At the field, or at the row's beginning where it has none of that name. */
export function fieldFault(row: RowText, key: string, message: string): Fault {
  if (row.places === undefined) return faultAt(row, keyOffsets(row.text).get(key) ?? 0, message)
  return { ...(row.places.get(key) ?? { line: row.line, column: row.column }), message }
}

function faultAt(row: RowText, offset: number, message: string): Fault {
  return { ...placeIn(row, offset), message }
}

function rowOf(row: RowText, value: object): Row | Fault {
  const content = JSON.stringify(value)
  // A key that is there twice is lost by parsing: only then, or where it is laid out differently, the texts differ.
  const repeated = content === row.text ? undefined : repeatedKey(row.text)
  if (repeated !== undefined)
    return faultAt(row, repeated.offset, `the key '${repeated.name}' was given before`)
  for (const [key, field] of Object.entries(value)) {
    const wrong = wrongField(key, field)
    if (wrong !== undefined) return fieldFault(row, key, wrong)
  }
  if (!isSpec(value)) return rowFault(row, "the field 'type' is missing")
  return { spec: value, content }
}

function wrongField(key: string, value: unknown): string | undefined {
  const field = Object.hasOwn(ROW_FIELDS, key) ? ROW_FIELDS[key] : undefined
  if (field === undefined)
    return `a row has no field '${key}'; there are ${Object.keys(ROW_FIELDS).join(', ')}`
  return field.fits(value) ? undefined : `${key} must be ${field.expected}, not ${shown(value)}`
}

const SHOWN_LENGTH_MAX = 40

/** A value as it is told to a person, in short. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`
}

// Its fields were checked one by one; what is left is whether the one that must be there is.
function isSpec(value: object): value is TaskSpec {
  return 'type' in value
}
