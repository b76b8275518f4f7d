import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { FILTER_NOTES } from '../filter-notes.ts'
import type { Output } from '../output.ts'
import { addStoreOptions } from '../store-options.ts'
import type { BulkFlags } from './flags.ts'

/** What `octopus retry` and `octopus cancel` take. */
export function defineBulk(
  command: Command,
  name: 'retry' | 'cancel',
  output: Output,
  ended: (code: ExitCode) => void,
): void {
  command
    .argument('[ids...]', 'these tasks')
    .optionsGroup('Which:')
    .option('-q, --query <filter>', 'instead of ids: tasks that fit every word of the filter')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--yes', 'ask nothing: for filters in scripts')
  addStoreOptions(command).action(async (ids: string[], flags: BulkFlags) => {
    const [{ bulk }, verbs] = await Promise.all([import('./bulk.ts'), import('./verb.ts')])
    ended(await bulk(name === 'retry' ? verbs.RETRY : verbs.CANCEL, ids, flags, output))
  })
}

export function bulkNotes(name: 'retry' | 'cancel', more: string): CommandNotes {
  return {
    more: [
      more,
      'What a filter chooses is counted first; then a person is asked, and a script needs --yes. Without an engine the store is opened for a moment, and nothing runs.',
      ...FILTER_NOTES,
    ],
    examples: [
      { line: `octopus ${name} night/17 night/18`, about: 'these two' },
      { line: `octopus ${name} -q 'id:night/*' --dry-run`, about: 'how many would it be?' },
    ],
    stdout: `how many; with \`--json\` one \`task.${name}\` object an id`,
    exitCodes: [
      { code: EXIT.ok, when: 'done, or nothing to do' },
      { code: EXIT.failed, when: 'not done for some, told by id' },
      { code: EXIT.usage, when: 'usage, filter, or nobody to ask' },
      { code: EXIT.engine, when: 'engine or store' },
    ],
  }
}
