#!/usr/bin/env node
// Loads nothing of ours before the version is known: an older Node would only say ERR_UNKNOWN_BUILTIN_MODULE.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(`octopus needs Node 24 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 2
} else {
  const { main } = await import('./octopus.ts')
  process.exitCode = await main(process.argv.slice(2))
}
export {}
