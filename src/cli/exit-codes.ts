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
