/** The word that `given` was most likely meant to be; undefined when none is near. */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, edits: edits(given, word) }))
    .sort((one, other) => one.edits - other.edits)
  // Half of a word may be wrong: beyond that a suggestion is a guess.
  return best !== undefined && best.edits <= Math.max(1, best.word.length / 2)
    ? best.word
    : undefined
}

/** Letters to insert, remove, replace or swap with their neighbour (Damerau 1964, optimal string alignment). */
function edits(from: string, to: string): number {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      )
    }
    before = above
    above = current
  }
  return above[to.length] ?? 0
}
