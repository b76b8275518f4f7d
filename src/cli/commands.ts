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
    name: 'start',
    aliases: ['serve'],
    usage: '',
    about: 'own the store and run what comes, until it is stopped',
    group: 'Run',
    load: () => import('./start/command.ts'),
  },
  {
    name: 'enqueue',
    usage: '[type] [json]',
    about: 'put a task, or those of a file, onto the disk',
    group: 'Run',
    load: () => import('./enqueue/command.ts'),
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
    name: 'logs',
    usage: '<id>',
    about: 'what a task logged and printed',
    group: 'Look',
    load: () => import('./logs/command.ts'),
  },
  {
    name: 'retry',
    usage: '[ids...]',
    about: 'give ended tasks another run',
    group: 'Steer',
    load: () => import('./retry/command.ts'),
  },
  {
    name: 'cancel',
    usage: '[ids...]',
    about: 'take tasks out, or ask them to stop',
    group: 'Steer',
    load: () => import('./cancel/command.ts'),
  },
  {
    name: 'pause',
    usage: '[arm]',
    about: 'start nothing more in an arm, or in any',
    group: 'Steer',
    load: () => import('./pause/command.ts'),
  },
  {
    name: 'resume',
    usage: '[arm]',
    about: 'end a pause',
    group: 'Steer',
    load: () => import('./resume/command.ts'),
  },
  {
    name: 'scale',
    usage: '<arm> <n>',
    about: 'change how many tasks of an arm run at once',
    group: 'Steer',
    load: () => import('./scale/command.ts'),
  },
  {
    name: 'drain',
    usage: '',
    about: 'wait until nothing is ready or running',
    group: 'Steer',
    load: () => import('./drain/command.ts'),
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
