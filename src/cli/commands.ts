import type { CommandEntry } from './command.ts'

/**
 * Every command, in the order of `octopus --help`. The one truth: help, completion and docs/cli.md are made from it, and
 * a module is loaded only when its command is called.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    usage: '<file|->',
    about: 'run the tasks of a file to completion, then exit',
    group: 'Run',
    load: () => import('./run/command.ts'),
  },
  {
    name: 'config',
    usage: '',
    about: 'print the resolved configuration and the source of each value',
    group: 'Set up',
    load: () => import('./config/command.ts'),
  },
]

/** The command of that name or alias. */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name))
}
