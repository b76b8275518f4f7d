/** Texts between separators, as they come; the last needs none after it. Empty ones are left out. */
export async function* separated(
  chunks: AsyncIterable<unknown>,
  separator: '\n' | '\0',
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(bytesOf(chunk), { stream: true })
    const parts = rest.split(separator)
    rest = parts.pop() ?? ''
    for (const part of parts) if (part !== '') yield part
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError('a stream of bytes gave something else')
}
