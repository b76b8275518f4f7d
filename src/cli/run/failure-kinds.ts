import type { Failure } from '../../main/index.ts'
import type { TaskEnd } from './task-end.ts'

/** Failures that look alike: one type, one reason, one message apart from its numbers, paths and quotations. */
export interface FailureKind {
  readonly type: string
  readonly arm: string
  readonly reason: Failure['reason']
  /** The first of them in the file. */
  example: TaskEnd
  count: number
}

/** More kinds than a person reads; what comes after is only counted. */
const KINDS_MAX = 100

export class FailureKinds {
  readonly #kinds = new Map<string, FailureKind>()
  /** Failures of kinds beyond those kept. */
  uncounted = 0

  add(end: TaskEnd, failure: Failure): void {
    const { type, arm } = end.trace
    const key = `${arm}/${type} ${failure.reason} ${normalised(failure.message)}`
    const known = this.#kinds.get(key)
    if (known !== undefined) addTo(known, end)
    else if (this.#kinds.size < KINDS_MAX)
      this.#kinds.set(key, { type, arm, reason: failure.reason, example: end, count: 1 })
    else this.uncounted += 1
  }

  /** The most frequent first. */
  list(): readonly FailureKind[] {
    return [...this.#kinds.values()].sort((a, b) => b.count - a.count)
  }
}

function addTo(kind: FailureKind, end: TaskEnd): void {
  kind.count += 1
  if ((end.line ?? Infinity) < (kind.example.line ?? Infinity)) kind.example = end
}

const MESSAGE_LENGTH_MAX = 300

/** What stays the same from one failure of a kind to the next. */
export function normalised(message: string): string {
  return message
    .slice(0, MESSAGE_LENGTH_MAX)
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replaceAll(/(?:[\w.@~-]*[/\\])+[\w.@-]+/g, '<path>')
    .replaceAll(/\b(?:0x)?[0-9a-f]{8,}\b/gi, '#')
    .replaceAll(/\d+/g, '#')
}
