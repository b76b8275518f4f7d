/** What every built-in task answers with, at most 64 KiB as JSON; large data goes to files and is named here. */
export interface TaskResult {
  /** One sentence for a person. */
  readonly summary: string
  readonly metrics: Readonly<Record<string, number>>
  /** The files it made or left in place. Cut when there are many; `metrics.artifactsOmitted` counts the rest. */
  readonly artifacts: readonly Artifact[]
}

export interface Artifact {
  readonly path: string
  readonly bytes: number
  readonly sha256?: string
}

export interface Capped<T> {
  readonly kept: readonly T[]
  readonly omitted: number
}

const LIST_BYTES_MAX = 12 * 1024

/** As many items from the front as fit; each list of a result gets its share of the 64 KiB. */
export function capped<T>(items: readonly T[], bytesMax = LIST_BYTES_MAX): Capped<T> {
  let bytes = 2
  let fitting = 0
  for (const item of items) {
    bytes += jsonBytes(item) + 1
    if (bytes > bytesMax) break
    fitting++
  }
  return { kept: items.slice(0, fitting), omitted: items.length - fitting }
}

/** The end of a text, short enough that its JSON form fits: control characters take up to six bytes each there. */
export function tailWithin(text: string, bytesMax: number): string {
  let tail = text.slice(-bytesMax)
  while (jsonBytes(tail) > bytesMax) tail = tail.slice(Math.ceil(tail.length / 8))
  return tail
}

/** `1 file`, `2 files`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
