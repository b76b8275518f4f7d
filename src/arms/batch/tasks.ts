import * as v from 'valibot'
import type { Json } from '../../protocol/task.ts'
import { declareTask, handlerBeside, type AnyTask, type TaskDefinition } from '../define-task.ts'
import {
  argv,
  env,
  globs,
  path,
  positive,
  someGlobs,
  type FilesInput,
  type WithDefaults,
} from '../payload-fields.ts'
import { rangeTasks } from './range-tasks.ts'
import type { TaskResult } from '../task-result.ts'

/** Nothing or a reason: a health check of the thread. A handler: that handler over every item. */
export interface BatchJobInput {
  readonly reason?: string | undefined
  /** A name in the config's `batchHandlers`. */
  readonly handler?: string | undefined
  readonly items?: readonly Json[] | undefined
  /** One item a line: JSON in `.ndjson` and `.jsonl`, otherwise the line itself. */
  readonly itemsFile?: string | undefined
  /** Items from one durable checkpoint to the next. Default 100. */
  readonly chunkSize?: number | undefined
  /** How many items may be given up before the job fails. Default 0. */
  readonly skipLimit?: number | undefined
  /** More tries for an item that failed. Default 0. */
  readonly retries?: number | undefined
  readonly dryRun?: boolean | undefined
}

export type BatchJob = WithDefaults<BatchJobInput, 'chunkSize' | 'skipLimit' | 'retries' | 'dryRun'>

export interface SkippedItem {
  readonly index: number
  readonly error: string
}

export interface BatchJobResult extends TaskResult {
  readonly threadId: number
  readonly reason?: string
  readonly done?: number
  /** The first of them; `metrics.skipped` counts all. */
  readonly skipped?: readonly SkippedItem[]
}

const batchJob: v.GenericSchema<BatchJobInput | null | undefined, BatchJob> = v.nullish(
  v.pipe(
    v.strictObject({
      reason: v.optional(v.pipe(v.string(), v.maxLength(1000))),
      handler: v.optional(v.pipe(v.string(), v.minLength(1))),
      items: v.optional(v.array(v.custom<Json>(() => true))),
      itemsFile: v.optional(path),
      chunkSize: v.optional(v.pipe(positive, v.maxValue(100_000)), 100),
      skipLimit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
      retries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 0),
      dryRun: v.optional(v.boolean(), false),
    }),
    v.check(
      (job) =>
        job.handler === undefined || (job.items === undefined) !== (job.itemsFile === undefined),
      'a handler needs either items or itemsFile',
    ),
    v.check(
      (job) =>
        job.handler !== undefined || (job.items === undefined && job.itemsFile === undefined),
      'items need a handler',
    ),
  ),
  {},
)

const runsBatchJob = {
  arm: 'batch',
  payload: batchJob,
  handler: handlerBeside(import.meta.url, './handlers/run-batch-job'),
} as const

export const runBatchJob: TaskDefinition<
  BatchJobInput | null | undefined,
  BatchJob,
  BatchJobResult
> = declareTask({ type: 'run-batch-job', ...runsBatchJob })

/** The seed's name for a health check of the batch arm. */
export const generic: TaskDefinition<BatchJobInput | null | undefined, BatchJob, BatchJobResult> =
  declareTask({ type: 'generic', ...runsBatchJob })

/** Either `paths`, to make sums, or `verify`, to check them. */
export interface ChecksumInput extends Omit<FilesInput, 'paths'> {
  readonly paths?: readonly string[] | undefined
  /** Default sha256. */
  readonly algo?: 'sha256' | 'sha512' | 'blake2b512' | undefined
  /** The file for the sums, as `sha256sum -c` reads it; names in it are relative to its folder. */
  readonly out?: string | undefined
  /** A file of sums to check; names in it are relative to its folder. */
  readonly verify?: string | undefined
  /** Mismatches fail the task instead of being its result. Default false. */
  readonly strict?: boolean | undefined
  readonly dryRun?: boolean | undefined
}

export type Checksum = WithDefaults<ChecksumInput, 'exclude' | 'algo' | 'strict' | 'dryRun'>

export interface Mismatch {
  readonly path: string
  readonly reason: 'differs' | 'missing' | 'unreadable'
}

export interface ChecksumResult extends TaskResult {
  readonly ok: boolean
  /** sha256 over the lines of sums: one value that changes when any file does. */
  readonly digestOfDigests: string
  /** The first of them, where no `out` was given. */
  readonly digests: readonly { readonly path: string; readonly digest: string }[]
  readonly mismatches: readonly Mismatch[]
}

const checksum: v.GenericSchema<ChecksumInput, Checksum> = v.pipe(
  v.strictObject({
    paths: v.optional(someGlobs),
    exclude: v.optional(globs, []),
    cwd: v.optional(path),
    algo: v.optional(v.picklist(['sha256', 'sha512', 'blake2b512']), 'sha256'),
    out: v.optional(path),
    verify: v.optional(path),
    strict: v.optional(v.boolean(), false),
    dryRun: v.optional(v.boolean(), false),
  }),
  v.check(
    (wish) => (wish.paths === undefined) !== (wish.verify === undefined),
    'give either paths or verify',
  ),
  v.check(
    (wish) => wish.verify === undefined || wish.out === undefined,
    'verify writes nothing: leave out away',
  ),
)

export const checksumFiles: TaskDefinition<ChecksumInput, Checksum, ChecksumResult> = declareTask({
  type: 'checksum-files',
  arm: 'batch',
  payload: checksum,
  handler: handlerBeside(import.meta.url, './handlers/checksum-files'),
})

export interface CompressInput extends FilesInput {
  /** Default gzip. */
  readonly algo?: 'gzip' | 'zstd' | 'brotli' | undefined
  /** gzip 1 to 9 (default 6), zstd 1 to 22 (3), brotli 0 to 11 (6). */
  readonly level?: number | undefined
  readonly decompress?: boolean | undefined
  /** Default true. An original goes only after its output was read back and found equal. */
  readonly keepOriginal?: boolean | undefined
  /** Replace an output that is there with other content. Default false: refused. */
  readonly overwrite?: boolean | undefined
  /** Read the output back and compare, whatever becomes of the original. Default true. */
  readonly verify?: boolean | undefined
  /** A file that unpacks to more than this many times its size, and more than 16 MiB, is refused. Default 200. */
  readonly ratioMax?: number | undefined
  readonly dryRun?: boolean | undefined
}

export type Compress = WithDefaults<
  CompressInput,
  | 'exclude'
  | 'algo'
  | 'decompress'
  | 'keepOriginal'
  | 'overwrite'
  | 'verify'
  | 'ratioMax'
  | 'dryRun'
>

export interface PackedFile {
  readonly path: string
  readonly output: string
  readonly bytesIn: number
  readonly bytesOut: number
  /** `present`: an earlier attempt had made it, or it was there with the same content. */
  readonly outcome: 'made' | 'present' | 'planned'
}

export interface CompressResult extends TaskResult {
  /** The first of them; `metrics.files` counts all. */
  readonly files: readonly PackedFile[]
}

const LEVELS = { gzip: [1, 9], zstd: [1, 22], brotli: [0, 11] } as const

const compress: v.GenericSchema<CompressInput, Compress> = v.pipe(
  v.strictObject({
    paths: someGlobs,
    exclude: v.optional(globs, []),
    cwd: v.optional(path),
    algo: v.optional(v.picklist(['gzip', 'zstd', 'brotli']), 'gzip'),
    level: v.optional(v.pipe(v.number(), v.integer())),
    decompress: v.optional(v.boolean(), false),
    keepOriginal: v.optional(v.boolean(), true),
    overwrite: v.optional(v.boolean(), false),
    verify: v.optional(v.boolean(), true),
    ratioMax: v.optional(v.pipe(v.number(), v.minValue(1)), 200),
    dryRun: v.optional(v.boolean(), false),
  }),
  v.check(
    (wish) => wish.keepOriginal || wish.verify,
    'an original is only removed after verifying: leave verify away',
  ),
  v.check(
    ({ level, algo }) =>
      level === undefined || (level >= LEVELS[algo][0] && level <= LEVELS[algo][1]),
    'level is 1 to 9 for gzip, 1 to 22 for zstd, 0 to 11 for brotli',
  ),
)

export const compressFiles: TaskDefinition<CompressInput, Compress, CompressResult> = declareTask({
  type: 'compress-files',
  arm: 'batch',
  payload: compress,
  handler: handlerBeside(import.meta.url, './handlers/compress-files'),
})

export interface CommandInput {
  /** The program, which `allow.exec` must name, and its arguments. No shell reads them. */
  readonly argv: readonly [program: string, ...args: string[]]
  readonly cwd?: string | undefined
  /** All that the program sees beside PATH, HOME, LANG and TMPDIR. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly stdinFile?: string | undefined
  readonly timeoutMs?: number | undefined
  readonly dryRun?: boolean | undefined
}

export type CommandPayload = WithDefaults<CommandInput, 'env' | 'dryRun'>

export interface CommandResult extends TaskResult {
  readonly code: number | null
  readonly signal: string | null
  readonly stdoutTail: string
  readonly stderrTail: string
}

const command: v.GenericSchema<CommandInput, CommandPayload> = v.strictObject({
  argv,
  cwd: v.optional(path),
  env: v.optional(env, {}),
  stdinFile: v.optional(path),
  timeoutMs: v.optional(positive),
  dryRun: v.optional(v.boolean(), false),
})

export const runCommand: TaskDefinition<CommandInput, CommandPayload, CommandResult> = declareTask({
  type: 'run-command',
  arm: 'batch',
  payload: command,
  handler: handlerBeside(import.meta.url, './handlers/run-command'),
})

export const batchTasks: readonly AnyTask[] = [
  runBatchJob,
  generic,
  checksumFiles,
  compressFiles,
  runCommand,
  ...rangeTasks,
]
