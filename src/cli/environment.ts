/** What the environment says about the terminal and how much to tell. Colours are node:util's own business. */
export interface Environment {
  /** Nobody watches: no bars. */
  readonly ci: boolean
  readonly dumbTerminal: boolean
  /** Of the terminal behind a pipe, where somebody says so. */
  readonly columns: number | undefined
  /** Print stacks of our own errors. */
  readonly debug: boolean
  /** GitHub Actions reads along: failures are told as annotations too. */
  readonly github: boolean
  /** The file that becomes the summary of a GitHub job. */
  readonly jobSummary: string | undefined
}

export function readEnvironment(): Environment {
  const { CI, TERM, DEBUG, COLUMNS, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env
  const columns = Number(COLUMNS)
  return {
    ci: isSet(CI),
    dumbTerminal: TERM === 'dumb',
    columns: Number.isInteger(columns) && columns > 0 ? columns : undefined,
    debug: isSet(DEBUG),
    github: isSet(GITHUB_ACTIONS),
    jobSummary: isSet(GITHUB_STEP_SUMMARY) ? GITHUB_STEP_SUMMARY : undefined,
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value)
}

/** Every variable of ours that says something. */
export function octopusVariables(): ReadonlyMap<string, string> {
  const ours = Object.entries(process.env).filter(([name]) => name.startsWith('OCTOPUS_'))
  return new Map(
    ours.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  )
}
