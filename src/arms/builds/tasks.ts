import * as v from 'valibot'
import { declareTask, handlerBeside, type AnyTask, type TaskDefinition } from '../define-task.ts'
import {
  argv,
  env,
  envName,
  globs,
  path,
  positive,
  someGlobs,
  type FilesInput,
  type WithDefaults,
} from '../payload-fields.ts'
import type { TaskResult } from '../task-result.ts'

/** A build is run only when something that it depends on changed; otherwise its outputs come out of the cache. */
export interface BuildInput {
  readonly cwd: string
  /** Either the command, which `allow.exec` must name … */
  readonly argv?: readonly [program: string, ...args: string[]] | undefined
  /** … or the name of an npm script in `cwd`'s package.json. */
  readonly script?: string | undefined
  /** All that the build reads, beside the lockfile. node_modules and .git are never part of a glob or folder. */
  readonly inputs: readonly string[]
  readonly exclude?: readonly string[] | undefined
  /** All that the build writes and that is worth keeping. May be empty, for checks. */
  readonly outputs?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Variables of the host that the build gets and depends on; `allow.env` must name them. */
  readonly envKeys?: readonly string[] | undefined
  /** Default true. False: always run, keep nothing. */
  readonly cache?: boolean | undefined
  /** Remove the outputs of earlier builds before running. Default false, for builds that work incrementally. */
  readonly clean?: boolean | undefined
  readonly timeoutMs?: number | undefined
  readonly dryRun?: boolean | undefined
}

export type Build = WithDefaults<
  BuildInput,
  'exclude' | 'outputs' | 'env' | 'envKeys' | 'cache' | 'clean' | 'dryRun'
>

export interface BuildResult extends TaskResult {
  /** What the build depends on, as one sha256. */
  readonly key: string
  readonly cache: 'hit' | 'miss' | 'off'
  /** Why it ran: what changed since the last run of the same command here. Empty on a hit. */
  readonly why: readonly string[]
  /** Why the outputs of this run were not kept, where they were not. */
  readonly notCached?: string
  /** Files in `cwd` that changed while it ran and that no output names: nobody will restore them. */
  readonly undeclared: readonly string[]
  readonly stdoutTail: string
  readonly stderrTail: string
}

const build: v.GenericSchema<BuildInput, Build> = v.pipe(
  v.strictObject({
    cwd: path,
    argv: v.optional(argv),
    script: v.optional(
      v.pipe(v.string(), v.regex(/^[\w:.@/+][\w:.@/+-]*$/, 'not a name of an npm script')),
    ),
    inputs: someGlobs,
    exclude: v.optional(globs, []),
    outputs: v.optional(globs, []),
    env: v.optional(env, {}),
    envKeys: v.optional(v.array(envName), []),
    cache: v.optional(v.boolean(), true),
    clean: v.optional(v.boolean(), false),
    timeoutMs: v.optional(positive),
    dryRun: v.optional(v.boolean(), false),
  }),
  v.check(
    (wish) => (wish.argv === undefined) !== (wish.script === undefined),
    'give either argv or script',
  ),
)

export const runBuild: TaskDefinition<BuildInput, Build, BuildResult> = declareTask({
  type: 'run-build',
  arm: 'builds',
  payload: build,
  handler: handlerBeside(import.meta.url, './handlers/run-build'),
})

export interface ValidateInput extends FilesInput {
  readonly budgets?: { readonly maxBytes: number } | undefined
  /** Invalid and oversized files fail the task instead of being its result. Default false. */
  readonly strict?: boolean | undefined
}

export type Validate = WithDefaults<ValidateInput, 'exclude' | 'strict'>

export interface InvalidFile {
  /** `src/a.js:3:14`, line and column counted from 1, relative to `cwd`. */
  readonly at: string
  readonly message: string
}

export interface ValidateResult extends TaskResult {
  readonly ok: boolean
  readonly invalid: readonly InvalidFile[]
  readonly overBudget: readonly { readonly path: string; readonly bytes: number }[]
}

const validate: v.GenericSchema<ValidateInput, Validate> = v.strictObject({
  paths: someGlobs,
  exclude: v.optional(globs, []),
  cwd: v.optional(path),
  budgets: v.optional(v.strictObject({ maxBytes: positive })),
  strict: v.optional(v.boolean(), false),
})

export const validateFiles: TaskDefinition<ValidateInput, Validate, ValidateResult> = declareTask({
  type: 'validate-files',
  arm: 'builds',
  payload: validate,
  handler: handlerBeside(import.meta.url, './handlers/validate-files'),
})

export const buildsTasks: readonly AnyTask[] = [runBuild, validateFiles]
