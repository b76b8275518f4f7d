/** The only reader of the process environment on main. */
export function environmentOf(names: readonly string[]): Record<string, string> {
  const chosen: Record<string, string> = {}
  for (const name of names) {
    const value = process.env[name]
    if (value !== undefined) chosen[name] = value
  }
  return chosen
}

/** What every child process needs to find programs and write temporary files; nothing else is inherited. */
export const CHILD_ENV_NAMES = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'SystemRoot'] as const
