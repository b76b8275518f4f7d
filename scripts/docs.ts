/** Writes docs/config.md from the table of options; with --check, says whether it is stale. */
import { readFile, writeFile } from 'node:fs/promises'
import { OPTIONS } from '../src/main/config.ts'

const FILE = new URL('../docs/config.md', import.meta.url)

const rows = Object.entries(OPTIONS).map(
  ([name, option]) =>
    `| \`${name}\` | ${option.default === '' ? '' : `\`${option.default}\``} | ${option.unit} | ${option.about} |`,
)
const page = [
  '# Options',
  '',
  'Of `Octopus.open(options)` and of `octopus.config.ts`. An unknown option is refused. Made from the table in `src/main/config.ts` by `npm run docs`.',
  '',
  '| option | default | unit | what it means |',
  '|---|---|---|---|',
  ...rows,
  '',
].join('\n')

if (process.argv.includes('--check')) {
  const present = await readFile(FILE, 'utf8').catch(() => '')
  if (present !== page) {
    process.stderr.write('docs/config.md is stale: run `npm run docs`\n')
    process.exitCode = 1
  }
} else {
  await writeFile(FILE, page)
}
