/** What `octopus init` writes. It runs as it is: `octopus run tasks.ndjson`. */
export interface StarterFile {
  readonly path: string
  readonly text: string
}

/**
 * @param ending `ts` in a package of ES modules, `mts` elsewhere: Node would otherwise have to guess
 */
export function starterFiles(ending: 'ts' | 'mts'): readonly StarterFile[] {
  const handler = `tasks/count-words.${ending}`
  const rows = [`octopus.config.${ending}`, handler].map((file) =>
    JSON.stringify({ type: 'count-words', payload: { file } }),
  )
  return [
    { path: `octopus.config.${ending}`, text: CONFIG },
    { path: handler, text: HANDLER },
    { path: 'tasks.ndjson', text: `${rows.join('\n')}\n` },
  ]
}

// With a type, and not with defineConfig: every command reads it, and most need not load the engine for that.
const CONFIG = `import type { OctopusOptions } from 'octopus-executor'

export default {
  // Every task that these modules export.
  tasks: './tasks',
  store: '.octopus/state.db',
  arms: { batch: { maxParallel: 4 } },
  defaults: { attempts: 3, timeout: '5m' },
} satisfies OctopusOptions
`

const HANDLER = `import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { defineTask, NonRetryable } from 'octopus-executor/task'

/** Counts the words of a text file. Runs in a thread; main only reads the rules. */
export const countWords = defineTask({
  type: 'count-words',
  arm: 'batch',
  attempts: 3,
  timeout: '1m',
  async run({ file }: { readonly file: string }, { signal, progress, log }) {
    const { size } = await stat(file).catch((error: unknown) => {
      // No later attempt finds a file that is not there.
      throw new NonRetryable(\`there is no file \${file}\`, { cause: error })
    })
    const words = new Map<string, number>()
    let read = 0
    for await (const line of createInterface({ input: createReadStream(file, { signal }) })) {
      read += Buffer.byteLength(line) + 1
      progress(Math.min(read, size), size)
      for (const [word] of line.toLowerCase().matchAll(/\\p{L}+/gu))
        words.set(word, (words.get(word) ?? 0) + 1)
    }
    const [top] = [...words].sort(([, one], [, other]) => other - one)
    log.info(\`\${file}: \${words.size} different words\`)
    return { file, different: words.size, most: top?.[0] ?? null, times: top?.[1] ?? 0 }
  },
})
`
