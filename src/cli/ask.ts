import { createInterface } from 'node:readline/promises'
import type { Output } from './output.ts'

/** What a person said; 'nobody' where there is no terminal to ask on. */
export type Answer = 'yes' | 'no' | 'nobody'

/** Asks on stderr, so that stdout stays a result. Enter means yes unless it is said otherwise, the end of the input no. */
export async function ask(
  question: string,
  output: Output,
  { enterMeans = 'yes' }: { readonly enterMeans?: 'yes' | 'no' } = {},
): Promise<Answer> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return 'nobody'
  const lines = createInterface({ input: process.stdin, terminal: false })
  try {
    output.message(`${question} ${enterMeans === 'yes' ? '[Y/n]' : '[y/N]'} `)
    const { value, done } = await lines[Symbol.asyncIterator]().next()
    if (done === true) return 'no'
    return value.trim() === '' ? enterMeans : /^(y|yes)$/i.test(value.trim()) ? 'yes' : 'no'
  } finally {
    lines.close()
  }
}
