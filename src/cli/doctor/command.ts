import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { fromOptions, limitOptions, option, type EngineFlags } from '../engine-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'

/** `octopus doctor`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  const json = option('--json', 'one JSON object: every finding with its level and what to do')
  for (const each of [...fromOptions(), ...limitOptions(), json]) command.addOption(each)
  command.action(async (flags: EngineFlags & { readonly json?: true }) => {
    const { doctor } = await import('./doctor.ts')
    ended(await doctor(flags, flags.json === true, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'Your task modules are loaded, in a thread of their own first, as a run would. For the time of an fsync a small file is written beside the store and removed again. Nothing else is written, and no engine is started.',
  ],
  examples: [
    { line: 'octopus doctor', about: 'before the first night, and after a bad one' },
    { line: 'octopus doctor --json | jq .findings', about: 'for a program' },
  ],
  stdout: 'a line a finding: ✔ fine, · for your information, ! look at it, ✖ mend it',
  exitCodes: [
    { code: EXIT.ok, when: 'nothing must be mended' },
    { code: EXIT.failed, when: 'something must: a line with ✖' },
    { code: EXIT.usage, when: 'usage' },
  ],
}
