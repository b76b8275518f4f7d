import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDuration, type Duration } from '../protocol/duration.ts'
import { OctopusError } from '../protocol/errors.ts'
import type { Grants } from '../protocol/host.ts'
import { ARM_IDS, isArmId, type ArmId } from '../protocol/task.ts'
import type { BackoffOptions } from '../protocol/task-spec.ts'
import { ARMS } from '../arms/index.ts'
import {
  attemptsRule,
  priorityRule,
  resolveBackoff,
  timeoutRule,
  type DefaultRules,
} from './registry.ts'
import { STORE_DEFAULT } from './store/store-files.ts'

/** Options of `Octopus.open` and of a config file. Every one is optional; `OPTIONS` says what each means. */
export interface OctopusOptions {
  readonly store?: 'memory' | (string & {}) | URL
  readonly tasks?: string | URL | readonly (string | URL)[]
  readonly arms?: Readonly<Partial<Record<ArmId, ArmOptions>>>
  readonly defaults?: DefaultOptions
  readonly allow?: AllowOptions
  readonly batchHandlers?: Readonly<Record<string, string | URL>>
  readonly cacheDir?: string | URL
  readonly queueDepthMax?: number
  readonly whenFull?: 'wait' | 'refuse'
  readonly payloadBytesMax?: number
  readonly resultBytesMax?: number
  readonly retention?: { readonly age?: Duration; readonly bytes?: number }
  readonly cancelGrace?: Duration
  readonly moduleLoadTimeout?: Duration
  readonly autostart?: boolean
  readonly socket?: boolean
}

export interface ArmOptions {
  readonly enabled?: boolean
  readonly maxParallel?: number
  /** Heap of each thread, MiB. Default: what Node gives a worker. */
  readonly memoryMbMax?: number
}

export interface DefaultOptions {
  readonly attempts?: number
  readonly backoff?: BackoffOptions
  readonly timeout?: Duration
  readonly ttl?: Duration
  readonly priority?: number
}

export interface AllowOptions {
  readonly read?: readonly string[]
  readonly write?: readonly string[]
  readonly exec?: readonly string[]
  readonly env?: readonly string[]
}

/** Options with every default filled in and every unit resolved. */
export interface Config {
  readonly store: { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string }
  readonly tasks: readonly string[]
  readonly arms: readonly ArmConfig[]
  readonly defaults: DefaultRules
  readonly grants: Grants
  readonly envNames: readonly string[]
  readonly batchHandlers: Readonly<Record<string, string>>
  readonly cacheDir: string
  readonly queueDepthMax: number
  readonly whenFull: 'wait' | 'refuse'
  readonly payloadBytesMax: number
  readonly resultBytesMax: number
  readonly retention: { readonly ageMs: number; readonly bytesMax: number }
  readonly graceMs: number
  readonly loadMs: number
  readonly autostart: boolean
  readonly socket: boolean
  readonly cores: number
}

export interface ArmConfig {
  readonly id: ArmId
  readonly enabled: boolean
  readonly maxParallel: number
  readonly memoryMbMax: number | undefined
  readonly recordsStart: boolean
}

const MIB = 1024 * 1024

/** Every option once: its default, its unit and what it means. docs/config.md is made from this table. */
export const OPTIONS = {
  store: {
    default: STORE_DEFAULT,
    unit: 'path',
    about: "The SQLite file that keeps tasks, or 'memory' to keep nothing.",
  },
  tasks: {
    default: '',
    unit: 'paths',
    about: 'Modules, or folders of modules, that export tasks made with defineTask.',
  },
  arms: {
    default: '',
    unit: 'per arm',
    about: 'enabled, maxParallel (1 to 256) and memoryMbMax of each arm.',
  },
  'defaults.attempts': {
    default: 3,
    unit: 'attempts',
    about: 'Attempts in all of a task whose definition says nothing.',
  },
  'defaults.backoff': {
    default: '1s to 10m, exponential, jitter',
    unit: '',
    about: 'The wait between attempts.',
  },
  'defaults.timeout': {
    default: 'none',
    unit: 'duration',
    about: 'Longest run of one attempt, from its own start.',
  },
  'defaults.ttl': {
    default: 'none',
    unit: 'duration',
    about: 'A task that has not started by then fails as expired.',
  },
  'defaults.priority': { default: 0, unit: '0 to 255', about: 'Higher first.' },
  'allow.read': {
    default: 'the working directory',
    unit: 'folders',
    about: 'Where built-in handlers may read.',
  },
  'allow.write': {
    default: 'the working directory',
    unit: 'folders',
    about: 'Where built-in handlers may write.',
  },
  'allow.exec': {
    default: 'none',
    unit: 'programs',
    about: 'Programs that run-command and run-build may start.',
  },
  'allow.env': {
    default: 'none',
    unit: 'names',
    about: 'Environment variables that builds may read and pass on.',
  },
  batchHandlers: {
    default: '',
    unit: 'name to module',
    about: 'Modules that run-batch-job may call by name.',
  },
  cacheDir: {
    default: '.octopus/cache',
    unit: 'folder',
    about: 'Content-addressed outputs of builds.',
  },
  queueDepthMax: {
    default: 1_000_000,
    unit: 'tasks',
    about: 'Waiting tasks beyond which enqueue waits or refuses.',
  },
  whenFull: {
    default: 'wait',
    unit: '',
    about: "What enqueue does at queueDepthMax: 'wait' or 'refuse' (E_QUEUE_FULL).",
  },
  payloadBytesMax: { default: MIB, unit: 'bytes', about: 'Largest payload, at most 64 MiB.' },
  resultBytesMax: { default: MIB, unit: 'bytes', about: 'Largest result, at most 64 MiB.' },
  'retention.age': {
    default: '7d',
    unit: 'duration',
    about: 'How long the records and ids of ended tasks are kept.',
  },
  'retention.bytes': {
    default: 1024 * MIB,
    unit: 'bytes',
    about: 'Store size above which results, logs and traces go, oldest first.',
  },
  cancelGrace: {
    default: '1s',
    unit: 'duration',
    about: 'How long a cancelled task may go on before its thread is ended.',
  },
  moduleLoadTimeout: {
    default: '10s',
    unit: 'duration',
    about: 'How long a module of tasks may take to load.',
  },
  autostart: { default: true, unit: '', about: 'Dispatch at once, or only inside run(context).' },
  socket: {
    default: true,
    unit: '',
    about: 'Listen beside the store for other processes of the same user (Octopus.connect).',
  },
} as const

/** For config files: types without an import of the type. */
export function defineConfig(options: OctopusOptions): OctopusOptions {
  return options
}

const TOP_LEVEL = new Set(Object.keys(OPTIONS).map((name) => name.split('.')[0]))

/** @throws OctopusError E_CONFIG or E_DURATION, naming the option; an unknown option is refused, never ignored */
export function resolveConfig(options: OctopusOptions, cwd: string): Config {
  refuseUnknown(options, TOP_LEVEL, '')
  const { retention = {}, allow = {} } = options
  refuseUnknown(retention, new Set(['age', 'bytes']), 'retention.')
  refuseUnknown(allow, new Set(['read', 'write', 'exec', 'env']), 'allow.')
  return {
    store: resolveStore(options.store ?? OPTIONS.store.default, cwd),
    tasks: [options.tasks ?? []].flat().map((path) => toPath(path, cwd)),
    arms: resolveArms(options.arms ?? {}),
    defaults: resolveDefaults(options.defaults ?? {}),
    grants: {
      read: (allow.read ?? ['.']).map((path) => resolve(cwd, path)),
      write: (allow.write ?? ['.']).map((path) => resolve(cwd, path)),
      exec: [...(allow.exec ?? [])],
    },
    envNames: [...(allow.env ?? [])],
    batchHandlers: Object.fromEntries(
      Object.entries(options.batchHandlers ?? {}).map(([name, path]) => [name, toPath(path, cwd)]),
    ),
    cacheDir: toPath(options.cacheDir ?? OPTIONS.cacheDir.default, cwd),
    queueDepthMax: wholeNumber(
      'queueDepthMax',
      options.queueDepthMax ?? OPTIONS.queueDepthMax.default,
      1,
      100_000_000,
    ),
    whenFull: oneOf('whenFull', options.whenFull ?? OPTIONS.whenFull.default, ['wait', 'refuse']),
    payloadBytesMax: wholeNumber(
      'payloadBytesMax',
      options.payloadBytesMax ?? OPTIONS.payloadBytesMax.default,
      1,
      64 * MIB,
    ),
    resultBytesMax: wholeNumber(
      'resultBytesMax',
      options.resultBytesMax ?? OPTIONS.resultBytesMax.default,
      1,
      64 * MIB,
    ),
    retention: {
      ageMs: parseDuration(retention.age ?? OPTIONS['retention.age'].default, 'retention.age'),
      bytesMax: wholeNumber(
        'retention.bytes',
        retention.bytes ?? OPTIONS['retention.bytes'].default,
        MIB,
        Number.MAX_SAFE_INTEGER,
      ),
    },
    graceMs: parseDuration(options.cancelGrace ?? OPTIONS.cancelGrace.default, 'cancelGrace'),
    loadMs: parseDuration(
      options.moduleLoadTimeout ?? OPTIONS.moduleLoadTimeout.default,
      'moduleLoadTimeout',
    ),
    autostart: options.autostart ?? OPTIONS.autostart.default,
    socket: options.socket ?? OPTIONS.socket.default,
    cores: availableParallelism(),
  }
}

function resolveStore(store: NonNullable<OctopusOptions['store']>, cwd: string): Config['store'] {
  if (store === 'memory') return { kind: 'memory' }
  if (store === '' || store === ':memory:')
    throw badOption('store', `'${store}' is no path`, "Give a file path, or 'memory'.")
  return { kind: 'sqlite', path: toPath(store, cwd) }
}

function resolveArms(options: NonNullable<OctopusOptions['arms']>): ArmConfig[] {
  for (const id of Object.keys(options)) {
    if (!isArmId(id))
      throw badOption(`arms.${id}`, 'there is no such arm', `The arms are ${ARM_IDS.join(', ')}.`)
  }
  return ARMS.map((arm) => {
    const chosen = options[arm.id] ?? {}
    refuseUnknown(chosen, new Set(['enabled', 'maxParallel', 'memoryMbMax']), `arms.${arm.id}.`)
    return {
      id: arm.id,
      enabled: chosen.enabled ?? true,
      maxParallel: slotsRule(`arms.${arm.id}.maxParallel`, chosen.maxParallel ?? arm.maxParallel),
      memoryMbMax:
        chosen.memoryMbMax === undefined
          ? undefined
          : wholeNumber(`arms.${arm.id}.memoryMbMax`, chosen.memoryMbMax, 8, 1_048_576),
      recordsStart: arm.recordsStart,
    }
  })
}

export const MAX_PARALLEL_MAX = 256

export function slotsRule(name: string, value: number): number {
  return wholeNumber(name, value, 1, MAX_PARALLEL_MAX)
}

function resolveDefaults(options: DefaultOptions): DefaultRules {
  refuseUnknown(
    options,
    new Set(['attempts', 'backoff', 'timeout', 'ttl', 'priority']),
    'defaults.',
  )
  return {
    attempts: attemptsRule('defaults', options.attempts ?? OPTIONS['defaults.attempts'].default),
    backoff: resolveBackoff(options.backoff, {
      kind: 'exponential',
      minMs: 1_000,
      maxMs: 600_000,
      jitter: true,
    }),
    timeoutMs: options.timeout === undefined ? undefined : timeoutRule('defaults', options.timeout),
    ttlMs: options.ttl === undefined ? undefined : parseDuration(options.ttl, 'ttl'),
    priority: priorityRule('defaults', options.priority ?? OPTIONS['defaults.priority'].default),
  }
}

function toPath(path: string | URL, cwd: string): string {
  if (path instanceof URL) return fileURLToPath(path)
  return path.startsWith('file:') ? fileURLToPath(path) : resolve(cwd, path)
}

function refuseUnknown(
  options: object,
  known: ReadonlySet<string | undefined>,
  prefix: string,
): void {
  for (const name of Object.keys(options)) {
    if (known.has(name)) continue
    throw badOption(
      prefix + name,
      'there is no such option',
      `Known: ${[...known].map((key) => `${prefix}${key}`).join(', ')}.`,
    )
  }
}

function wholeNumber(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw badOption(
    name,
    `${value} is not a whole number from ${min} to ${max}`,
    'Correct the option.',
  )
}

function oneOf<const T extends string>(name: string, value: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === value)
  if (chosen !== undefined) return chosen
  throw badOption(name, `'${value}' is not one of ${choices.join(', ')}`, 'Correct the option.')
}

function badOption(name: string, why: string, hint: string): OctopusError {
  return new OctopusError('E_CONFIG', `option ${name}: ${why}`, { hint })
}
