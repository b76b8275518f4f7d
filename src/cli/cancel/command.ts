import type { Command } from 'commander'
import { bulkNotes, defineBulk } from '../bulk/define-bulk.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'

/** `octopus cancel`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  defineBulk(command, 'cancel', output, ended)
}

export const notes = bulkNotes(
  'cancel',
  'What waits is taken out; what runs is asked to stop, and a handler that succeeds first wins.',
)
