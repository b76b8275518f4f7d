/** What a command's exit code says. Counts are in the summary, never in the code. */
export const EXIT = {
  ok: 0,
  /** A task failed for good. */
  failed: 1,
  /** The command line, the configuration or the task file is wrong. */
  usage: 2,
  /** The engine or its store is not available. */
  engine: 3,
  /** A deadline, --fail-fast or a closed pipe stopped it with work left. */
  stopped: 4,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The same for people: in help texts and docs/cli.md. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done, all succeeded',
  1: 'some failed for good',
  2: 'usage, configuration or task file',
  3: 'engine or store not available',
  4: 'stopped with work left',
  130: 'Ctrl-C',
  143: 'SIGTERM',
}
