import type { Command } from 'commander'
import { bulkNotes, defineBulk } from '../bulk/define-bulk.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'

/** `octopus retry`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  defineBulk(command, 'retry', output, ended)
}

export const notes = bulkNotes(
  'retry',
  'Gives tasks that failed or were cancelled another run, with all their attempts again. What succeeded never runs again.',
)
