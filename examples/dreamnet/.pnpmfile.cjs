// In this repository the engine is the one beside us, not the one in the registry: a workspace of your own needs no such file.
const { existsSync, readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')

const NAME = 'octopus-executor'

function readPackage(manifest) {
  if (manifest.dependencies?.[NAME]) manifest.dependencies[NAME] = `link:${engineAbove(__dirname)}`
  return manifest
}

function engineAbove(folder) {
  const installed = join(folder, 'node_modules', NAME)
  if (existsSync(installed)) return installed
  const manifest = join(folder, 'package.json')
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === NAME)
    return folder
  if (dirname(folder) === folder) throw new Error(`no ${NAME} above ${__dirname}`)
  return engineAbove(dirname(folder))
}

module.exports = { hooks: { readPackage } }
