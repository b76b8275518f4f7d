#!/usr/bin/env node
// Loads nothing of ours before the version is known: an older Node would only say ERR_UNKNOWN_BUILTIN_MODULE.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(`octopus needs Node 24 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 2
} else {
  const { enableCompileCache } = await import('node:module')
  // A tenth of what a command costs to start. Where the cache cannot be written, nothing is cached and nothing said.
  enableCompileCache()
  const { main } = await import('./octopus.ts')
  // A module of tasks may have left a timer or a socket open; the command is over all the same.
  process.exit(await main(process.argv.slice(2)))
}
export {}
