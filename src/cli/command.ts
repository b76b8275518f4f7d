import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.ts'
import type { Output } from './output.ts'

/** The headings of `octopus --help` and docs/cli.md, in their order. */
export const COMMAND_GROUPS = ['Run', 'Look', 'Steer', 'Set up'] as const
export type CommandGroup = (typeof COMMAND_GROUPS)[number]

/** One row of the command table: all that is known of a command before its module is loaded. */
export interface CommandEntry {
  readonly name: string
  readonly aliases?: readonly string[]
  /** Its arguments, without `[options]`. */
  readonly usage: string
  /** One line, lower case, no full stop. */
  readonly about: string
  readonly group: CommandGroup
  readonly load: () => Promise<CommandModule>
}

/** What a command's module exports. */
export interface CommandModule {
  /** Gives the command its arguments and options; `ended` takes the exit code of its run. */
  readonly define: (command: Command, output: Output, ended: (code: ExitCode) => void) => void
  readonly notes?: CommandNotes
}

/** What `octopus <command> --help` and docs/cli.md say beyond arguments and options. */
export interface CommandNotes {
  /** Paragraphs, each wrapped where it is shown; one that begins with a space is kept as it is. */
  readonly more?: readonly string[]
  readonly examples?: readonly CommandExample[]
  /** What stdout carries. Progress and messages always go to stderr. */
  readonly stdout?: string
  /** Codes with a meaning of their own here. Absent: 0, 2 and 3 as everywhere. */
  readonly exitCodes?: readonly CommandExit[]
}

export interface CommandExample {
  readonly line: string
  readonly about: string
}

export interface CommandExit {
  readonly code: ExitCode
  readonly when: string
}
