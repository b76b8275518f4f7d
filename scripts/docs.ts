/** Writes what is made from tables in the code, pages and schemas; with --check, says which are stale. */
import { readFile, writeFile } from 'node:fs/promises'
import { cliPage } from './cli-page.ts'
import { optionsPage } from './options-page.ts'
import { taskSchema, tasksSchema } from './task-schemas.ts'

const pages = {
  'docs/config.md': optionsPage(),
  'docs/cli.md': await cliPage(),
  'schema/task.schema.json': taskSchema,
  'schema/tasks.schema.json': tasksSchema,
}

for (const [name, page] of Object.entries(pages)) {
  const file = new URL(`../${name}`, import.meta.url)
  if (!process.argv.includes('--check')) await writeFile(file, page)
  else if ((await readFile(file, 'utf8').catch(() => '')) !== page) {
    process.stderr.write(`${name} is stale: run \`npm run docs\`\n`)
    process.exitCode = 1
  }
}
