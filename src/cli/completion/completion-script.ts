import type { CommandEntry } from '../command.ts'
import type { Output } from '../output.ts'
import { bashScript } from './bash.ts'
import { completionModel } from './completion-model.ts'
import { fishScript } from './fish.ts'
import { powershellScript } from './powershell.ts'
import type { Shell } from './shells.ts'
import { zshScript } from './zsh.ts'

const SCRIPTS = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const

export async function completionScript(
  shell: Shell,
  commands: readonly CommandEntry[],
  output: Output,
): Promise<string> {
  return SCRIPTS[shell](await completionModel(commands, output))
}
