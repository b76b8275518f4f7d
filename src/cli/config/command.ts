import type { Command } from 'commander'
import type { CommandNotes } from '../command.ts'
import { fromOptions, grantOptions, limitOptions, option } from '../engine-flags.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import type { ConfigFlags } from './flags.ts'

/** `octopus config`: what it takes. */
export function define(command: Command, output: Output, ended: (code: ExitCode) => void): void {
  const json = option(
    '--json',
    'one JSON object: path, and for each option its value, source and variable',
  )
  for (const each of [...fromOptions(), ...limitOptions(), ...grantOptions(), json])
    command.addOption(each)
  command.action(async (flags: ConfigFlags) => {
    const { tellConfig } = await import('./tell-config.ts')
    ended(await tellConfig(flags, output))
  })
}

export const notes: CommandNotes = {
  more: [
    'A flag comes before its OCTOPUS_* variable, that before the file, that before the default. docs/config.md says what each option means.',
  ],
  examples: [
    { line: 'octopus config', about: 'what a run here would use, and who says so' },
    { line: 'OCTOPUS_MAX_PARALLEL=batch=8 octopus config', about: 'try a variable' },
  ],
  stdout: 'a line an option: its name, value and source',
}
