import { statSync } from 'node:fs'

/** Which file a store is, whatever it is called; undefined when there is none. */
export function storeIdentity(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev}:${found.ino}`
}
