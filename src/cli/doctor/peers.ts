import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { fine, note, type Finding } from './finding.ts'

/** What the optional packages are for. */
const USES: Readonly<Record<string, string>> = {
  yaml: 'YAML task files and validate-files',
  'smol-toml': 'TOML in validate-files',
}

/** Every optional package that this version knows: the one installed here, or the line that installs it. */
export function peerFindings(): readonly Finding[] {
  return optionalPeers().map((name) => {
    const version = versionOf(name)
    const use = USES[name] === undefined ? '' : `, for ${USES[name]}`
    return version === undefined
      ? note('peers', `${name} is not installed${use}: npm i ${name}`)
      : fine('peers', `${name} ${version}${use}`)
  })
}

function optionalPeers(): readonly string[] {
  const manifest = readManifest(new URL('../../../package.json', import.meta.url))
  const peers = field(manifest, 'peerDependencies')
  return typeof peers === 'object' && peers !== null ? Object.keys(peers) : []
}

// Looked for from here, as the engine's own import does.
function versionOf(name: string): string | undefined {
  const path = manifestOf(name)
  const version = path === undefined ? undefined : field(readManifest(path), 'version')
  return typeof version === 'string' ? version : undefined
}

function manifestOf(name: string): string | undefined {
  try {
    return findPackageJSON(name, import.meta.url)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      return undefined
    throw error
  }
}

function readManifest(path: string | URL): unknown {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return manifest
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
