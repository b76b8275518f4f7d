import { isArmId, OctopusError, parseDuration, type TaskSpec } from '../../main/index.ts'
import { jsonFault, keyOffsets } from './json-text.ts'
import { placeIn, type Fault, type RowText } from './task-file.ts'

/** What a row says, before anybody checked it against its type. */
export interface Row {
  readonly spec: TaskSpec
  /** The row without its layout: what its name is made from when it has no id. */
  readonly content: string
}

export function isFault(value: object): value is Fault {
  return 'message' in value
}

/** Reads a row's text. Every field is known and of its kind, or the fault says where. */
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
    return faultAt(row, 0, 'a task is an object: {"type": …}')
  return specOf(row, value)
}

/** A fault of what the engine says of a task, at the field it speaks of. */
export function faultOf(row: RowText, error: OctopusError): Fault {
  const offsets = keyOffsets(row.text)
  const key = KEY_OF[error.code] ?? [...offsets.keys()].find((name) => error.message.includes(name))
  const { code, message } = error
  return faultAt(row, offsets.get(key ?? '') ?? 0, `${message} (${code})`)
}

const KEY_OF: Readonly<Record<string, string>> = {
  E_UNKNOWN_TYPE: 'type',
  E_PAYLOAD: 'payload',
  E_NOT_JSON: 'payload',
  E_TOO_LARGE: 'payload',
  E_UNKNOWN_ARM: 'arm',
}

export function faultAt(row: RowText, offset: number, message: string): Fault {
  return { ...placeIn(row, offset), message }
}

/** What each field must be; the message says what it is not. */
const FIELDS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  type: (value) => (typeof value === 'string' ? undefined : 'is no text'),
  arm: (value) => (isArmId(value) ? undefined : 'is no arm'),
  payload: () => undefined,
  priority: (value) => (typeof value === 'number' ? undefined : 'is no number'),
  id: (value) => (typeof value === 'string' && value !== '' ? undefined : 'is no text'),
  delay: notDuration,
  timeout: notDuration,
  ttl: notDuration,
  attempts: (value) => (typeof value === 'number' ? undefined : 'is no number'),
}

function notDuration(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return 'is no duration'
  try {
    parseDuration(value)
    return undefined
  } catch (error) {
    if (error instanceof OctopusError)
      return 'is no duration (250ms, 5s, 2m, 1h, 7d, or ms as a number)'
    throw error
  }
}

function specOf(row: RowText, value: object): Row | Fault {
  for (const [key, field] of Object.entries(value)) {
    const wrong = wrongField(key, field)
    if (wrong !== undefined) return faultAt(row, keyOffsets(row.text).get(key) ?? 0, wrong)
  }
  if (!isSpec(value)) return faultAt(row, 0, "the field 'type' is missing")
  return { spec: value, content: JSON.stringify(value) }
}

function wrongField(key: string, value: unknown): string | undefined {
  if (key === 'after')
    return "tasks that wait for others ('after') are not supported yet: take the field away, or run the files one after the other"
  const check = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined
  if (check === undefined)
    return `a row has no field '${key}'; there are ${Object.keys(FIELDS).join(', ')}`
  const wrong = check(value)
  return wrong === undefined ? undefined : `${key} ${wrong}`
}

// Its fields were checked one by one; what is left is whether the one that must be there is.
function isSpec(value: object): value is TaskSpec {
  return 'type' in value
}
