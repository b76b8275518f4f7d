import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** A plain function: nothing in it knows of an engine. */
export async function countWords(file: string): Promise<{ words: number; sha256: string }> {
  const text = await readFile(file, 'utf8')
  const counts = new Map<string, number>()
  for (const word of text.split(/\s+/)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { words: counts.size, sha256: createHash('sha256').update(text).digest('hex') }
}
