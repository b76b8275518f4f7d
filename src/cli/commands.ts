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
    name: 'map',
    usage: '<module>[#export] <inputs…|glob|->',
    about: 'run an exported function over many inputs, one task each',
    group: 'Run',
    load: () => import('./map/command.ts'),
  },
  {
    name: 'status',
    usage: '[arm]',
    about: 'one table: what waits, runs and ended in each arm',
    group: 'Look',
    load: () => import('./status/command.ts'),
  },
  {
    name: 'ls',
    usage: '[-q <filter>]',
    about: 'list tasks, all or those that a filter chooses',
    group: 'Look',
    load: () => import('./ls/command.ts'),
  },
  {
    name: 'inspect',
    usage: '<id>',
    about: 'everything about one task',
    group: 'Look',
    load: () => import('./inspect/command.ts'),
  },
  {
    name: 'init',
    usage: '[dir]',
    about: 'write a configuration, a handler and a task file that run',
    group: 'Set up',
    load: () => import('./init/command.ts'),
  },
  {
    name: 'doctor',
    usage: '',
    about: 'check this machine, configuration, tasks and store; change nothing',
    group: 'Set up',
    load: () => import('./doctor/command.ts'),
  },
  {
    name: 'bench',
    usage: '--task <module>[#export]',
    about: 'measure a handler at 1, 2, 4, 8 threads: where it stops scaling',
    group: 'Set up',
    load: () => import('./bench/command.ts'),
  },
  {
    name: 'config',
    usage: '',
    about: 'print the resolved configuration and the source of each value',
    group: 'Set up',
    load: () => import('./config/command.ts'),
  },
  {
    name: 'completion',
    usage: '<bash|zsh|fish|powershell>',
    about: 'print the completion script of a shell',
    group: 'Set up',
    // A script completes every command: this one is given the table it stands in.
    load: async () => (await import('./completion/command.ts')).completionOf(() => COMMANDS),
  },
]

/** The command of that name or alias. */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name))
}
