import { readFileSync } from 'node:fs'

/** The version of this package, as its manifest says; the same place from src and from dist. */
export function engineVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const manifest: unknown = JSON.parse(text)
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return '?'
  return String(manifest.version)
}
