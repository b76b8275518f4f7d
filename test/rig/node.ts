import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Vitest passes --conditions to its own processes and their threads. A child process that a test starts would resolve
// `#thread` to dist, which may be absent or old, so every such child is started through here.
export const nodeArguments: readonly string[] = ['--conditions=octopus-src', '--no-warnings']

/** Starts `file` in a Node process of its own that runs the engine from src. */
export function spawnNode(
  file: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): ChildProcess {
  const path = typeof file === 'string' ? file : fileURLToPath(file)
  return spawn(process.execPath, [...nodeArguments, path, ...args], options)
}
