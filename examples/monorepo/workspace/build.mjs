// Builds the package in whose folder it is started: its dependencies' builds for their names, the version into the
// banner, and what came out must load and pass its own test.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))
const source = readFileSync('src/index.js', 'utf8')
const built = source.replaceAll(/from '@shop\/(\w+)'/g, "from '../../$1/dist/index.js'")
mkdirSync('dist', { recursive: true })
writeFileSync('dist/index.js', `// ${name} ${version}\n${built}`)

const { selfTest } = await import(pathToFileURL(resolve('dist/index.js')).href)
if (!selfTest()) throw new Error(`${name} does not pass its own test`)
console.log(`built ${name}`)
