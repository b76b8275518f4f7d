import { hash } from 'node:crypto'
import { LineTable } from './line-table.ts'
import type { Row } from './row.ts'

/**
 * What a row is called inside its run: its own id, or a hash of its content. The second row of the same content is
 * `….2`. So a row keeps its name when others are added, taken away or moved, and a run that is resumed finds it again.
 */
export class RowNames {
  readonly #lines = new LineTable()
  /** How often a content was seen, for those seen more than once. */
  readonly #repeats = new Map<string, number>()

  /** The row's name, or the line that has its id already. */
  name(
    { spec, content }: Row,
    line: number,
  ): { readonly name: string } | { readonly takenAt: number } {
    if (spec.id === undefined) return { name: this.#byContent(content, line) }
    const takenAt = this.#lines.add(spec.id, line)
    return takenAt === undefined ? { name: spec.id } : { takenAt }
  }

  line(name: string): number | undefined {
    return this.#lines.get(name)
  }

  #byContent(content: string, line: number): string {
    const base = `h_${hash('sha256', content, 'base64url').slice(0, 20)}`
    if (this.#lines.add(base, line) === undefined) return base
    const occurrence = (this.#repeats.get(base) ?? 1) + 1
    this.#repeats.set(base, occurrence)
    this.#lines.add(`${base}.${occurrence}`, line)
    return `${base}.${occurrence}`
  }
}
