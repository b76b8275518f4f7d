import { extname } from 'node:path'

export const FILE_FORMATS = ['ndjson', 'json', 'yaml'] as const

/** How a task file is written: one JSON object a line, one JSON value, or YAML. */
export type FileFormat = (typeof FILE_FORMATS)[number]

const BY_ENDING: Readonly<Record<string, FileFormat>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
}

/** What a file's name says of it; nothing for stdin and for endings of other kinds. */
export function formatOfName(name: string): FileFormat | undefined {
  return BY_ENDING[extname(name).toLowerCase()]
}

/** What a file without such an ending is, by its first bytes: an array begins with its bracket, all else is lines. */
export function formatOfText(start: string): FileFormat {
  return /^[\s\ufeff]*\[/.test(start) ? 'json' : 'ndjson'
}
