/**
 * The build of one package, copied into it: every script packed by brotli as a web server sends it, and the integrity
 * digests that a page names them by. Depends on nothing but its inputs, so any two runs must come to the same bytes.
 */
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const scripts = globSync('**/*.{js,cjs,mjs}', { exclude: ['packed'] }).sort()
const integrity: Record<string, string> = {}
for (const script of scripts) {
  const content = readFileSync(script)
  integrity[script] = `sha384-${createHash('sha384').update(content).digest('base64')}`
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 6 }
  put(join('packed', `${script}.br`), brotliCompressSync(content, { params: quality }))
}
put('packed/integrity.json', `${JSON.stringify(integrity, undefined, 2)}\n`)
rmSync(unfinished(), { recursive: true, force: true })

/** Whole or not at all: an engine that was killed leaves its build running beside the one that repeats it. */
function put(path: string, content: string | Uint8Array): void {
  const temporary = join(unfinished(), path)
  for (const file of [path, temporary]) mkdirSync(dirname(file), { recursive: true })
  writeFileSync(temporary, content)
  renameSync(temporary, path)
}

function unfinished(): string {
  return `.unfinished-${process.pid}`
}
