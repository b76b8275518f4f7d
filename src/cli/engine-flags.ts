import { Option } from 'commander'

/** The options of every command that opens an engine, or looks for the one that has its store open. */
export interface EngineFlags {
  readonly config?: string
  readonly store?: string
  readonly tasks?: readonly string[]
  readonly maxParallel?: readonly string[]
  readonly allowRead?: readonly string[]
  readonly allowWrite?: readonly string[]
  readonly allowExec?: readonly string[]
}

// The variables are read where the configuration is put together, which knows what came from where: to commander they
// are text.

export function fromOptions(): Option[] {
  return [
    option(
      '--config <file>',
      'configuration file; default octopus.config.* above here (env: OCTOPUS_CONFIG)',
    ),
    option('--store <path>', "SQLite file that keeps the tasks, or 'memory' (env: OCTOPUS_STORE)"),
    many('--tasks <path>', 'module or folder that exports tasks (repeatable, env: OCTOPUS_TASKS)'),
  ]
}

export function limitOptions(): Option[] {
  return [
    many(
      '--max-parallel <n>',
      'threads of every arm, or of one: batch=4 (repeatable, env: OCTOPUS_MAX_PARALLEL)',
    ),
  ]
}

export function grantOptions(): Option[] {
  return [
    many('--allow-read <folder>', 'where built-in handlers may read (repeatable)'),
    many('--allow-write <folder>', 'where built-in handlers may write (repeatable)'),
    many('--allow-exec <program>', 'what run-command and run-build may start (repeatable)'),
  ]
}

export function option(flags: string, about: string): Option {
  return new Option(flags, about)
}

/** An option that may be given more than once. */
export function many(flags: string, about: string): Option {
  return option(flags, about).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ])
}
