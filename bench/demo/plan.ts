import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskSpec } from '../../src/main/index.ts'
import type { ChecksumInput, CompressInput } from '../../src/arms/batch/tasks.ts'
import type { BuildInput, ValidateInput } from '../../src/arms/builds/tasks.ts'
import { BUILT, numbered, total, type Input, type InputFile } from './input.ts'

/** One task as the engine gets it, and what the demo knows of it beside. */
export type Planned = {
  readonly id: string
  /** What it reads. */
  readonly bytes: number
} & (
  | { readonly type: 'checksum-files'; readonly payload: Sums }
  | { readonly type: 'compress-files'; readonly payload: CompressInput }
  | { readonly type: 'run-build'; readonly payload: BuildInput }
  | { readonly type: 'validate-files'; readonly payload: ValidateInput }
)

export interface Sums extends ChecksumInput {
  readonly paths: readonly string[]
  readonly cwd: string
  readonly out: string
}

/** All that an engine process has to know; kept as a file in `folder`. */
export interface Plan {
  readonly folder: string
  readonly nodeModules: string
  readonly tasks: readonly Planned[]
}

export function makePlan(input: Input): Plan {
  const { folder, nodeModules } = input
  const batch = mixed(checksums(input), compressions(input))
  const checks = validations(input)
  // Builds of the second checkout come last: by then what they need is in the cache.
  const builds = [...mixed(builtIn('first', input), checks), ...builtIn('second', input)]
  return { folder, nodeModules, tasks: mixed(batch, builds) }
}

export function keepPlan(plan: Plan): void {
  mkdirSync(join(plan.folder, 'sums'), { recursive: true })
  writeFileSync(planFile(plan.folder), JSON.stringify(plan))
}

export function readPlan(folder: string): Plan {
  return JSON.parse(readFileSync(planFile(folder), 'utf8')) as Plan
}

export function storeOf({ folder }: Pick<Plan, 'folder'>): string {
  return join(folder, 'octopus.db')
}

export function specOf({ id, type, payload }: Planned): TaskSpec {
  return { id, type, payload }
}

function planFile(folder: string): string {
  return join(folder, 'plan.json')
}

const FILES_A_TASK = 25
/** Logs that are put away are packed hard. */
const GZIP_LEVEL = 9

function checksums({ files, nodeModules, folder }: Input): readonly Planned[] {
  return chunked(files, FILES_A_TASK).map((chunk, at) => ({
    id: `sums-${numbered(at)}`,
    bytes: total(chunk),
    type: 'checksum-files',
    payload: {
      paths: chunk.map(({ path }) => path),
      cwd: nodeModules,
      out: join(folder, 'sums', `${numbered(at)}.sha256`),
    },
  }))
}

function compressions({ logParts }: Input): readonly Planned[] {
  return logParts.map(({ path, bytes }, at) => ({
    id: `gzip-${numbered(at)}`,
    bytes,
    type: 'compress-files',
    payload: { paths: [path], algo: 'gzip', level: GZIP_LEVEL },
  }))
}

function builtIn(checkout: string, { packages, folder }: Input): readonly Planned[] {
  return packages.map((name) => ({
    id: `build-${checkout}-${name}`,
    bytes: 0,
    type: 'run-build',
    payload: {
      cwd: join(folder, checkout, name),
      argv: ['node', 'build.mts'],
      inputs: ['**/*.{js,cjs,mjs}', 'package.json', 'build.mts'],
      outputs: [`${BUILT}/**`],
    },
  }))
}

function validations({ manifests, nodeModules }: Input): readonly Planned[] {
  return manifests.map(({ path, bytes }: InputFile, at) => ({
    id: `valid-${numbered(at)}`,
    bytes,
    type: 'validate-files',
    payload: { paths: [path], cwd: nodeModules },
  }))
}

/** Both lists as one, each in its own order and spread evenly over the whole. */
function mixed<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  const placed = (list: readonly T[]): { place: number; item: T }[] =>
    list.map((item, at) => ({ place: (at + 0.5) / list.length, item }))
  return [...placed(one), ...placed(other)]
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

function chunked<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(list.length / size)
  return Array.from({ length: count }, (_, at) => list.slice(at * size, (at + 1) * size))
}
