/** What a task file of one value may be, whichever way it is written. */
export const wrongRoot =
  'a task file is an array of tasks, or an object with that array as "tasks"; one task a line is another format: .ndjson, or --format ndjson'

/** The keys of the object around the rows. */
export const WRAPPER_KEYS: ReadonlySet<string> = new Set(['$schema', 'tasks'])

export function foreignKey(name: string): string {
  return `beside the tasks there is no key '${name}'; there are ${[...WRAPPER_KEYS].join(', ')}`
}

export function givenBefore(name: string): string {
  return `the key '${name}' was given before`
}
