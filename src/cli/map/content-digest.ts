import { createHash, hash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'

/** Larger files are read piece by piece. */
const WHOLE_BYTES_MAX = 4 * 1024 * 1024

/** What an input is: the bytes of the file it names, or else its own text. */
export async function contentDigest(input: unknown): Promise<string> {
  if (typeof input !== 'string') return `text ${digestOf(JSON.stringify(input))}`
  const stats = statSync(input, { throwIfNoEntry: false })
  if (stats?.isFile() !== true) return `text ${digestOf(input)}`
  return `file ${stats.size <= WHOLE_BYTES_MAX ? digestOf(readFileSync(input)) : await digestOfLarge(input)}`
}

function digestOf(content: string | Uint8Array): string {
  return hash('sha256', content, 'base64url')
}

async function digestOfLarge(path: string): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(path)) digest.update(asBytes(chunk))
  return digest.digest('base64url')
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError('a file gave something else than bytes')
}
