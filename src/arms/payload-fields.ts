import * as v from 'valibot'

/** Fields that payloads of several tasks share. */

export interface FilesInput {
  /** Files, folders (all beneath them) and globs, absolute or relative to `cwd`. */
  readonly paths: readonly string[]
  /** Globs relative to `cwd`. */
  readonly exclude?: readonly string[] | undefined
  /** Default: the folder the engine runs in. */
  readonly cwd?: string | undefined
}

/** `T` after its schema filled in the defaults of `K`. */
export type WithDefaults<T, K extends keyof T> = Omit<T, K> & {
  readonly [P in K]-?: Exclude<T[P], undefined>
}

export const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
export const globs = v.pipe(v.array(path), v.maxLength(10_000))
export const someGlobs = v.pipe(globs, v.minLength(1, 'name at least one path'))
export const positive = v.pipe(v.number(), v.integer(), v.minValue(1))

export const argv = v.pipe(
  v.tupleWithRest([v.pipe(v.string(), v.minLength(1))], v.string()),
  v.check((words) => words.every((word) => !word.includes('\0')), 'an argument holds a zero byte'),
)

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
export const envName = v.pipe(
  v.string(),
  v.regex(ENV_NAME, 'not a name of an environment variable'),
)
export const env = v.record(envName, v.string())
