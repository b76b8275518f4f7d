import { cwd } from 'node:process'
import { systemClock } from '../../main/light.ts'
import { checkedArm } from '../arm-argument.ts'
import { reading, type Reading } from '../door.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonLine, resultColumns, type Output } from '../output.ts'
import { storePath, type StoreFlags } from '../store-options.ts'
import type { StatusReport } from './report.ts'
import { statusText } from './status-text.ts'

/** `octopus status`: one table of the arms. */
export async function status(
  name: string | undefined,
  flags: StoreFlags,
  output: Output,
): Promise<ExitCode> {
  const arm = name === undefined ? undefined : checkedArm(name)
  const store = await storePath(flags, cwd())
  const ask = async (door: Reading): Promise<StatusReport> => {
    const report = await door.status()
    return { ...report, arms: report.arms.filter(({ id }) => arm === undefined || id === arm) }
  }
  const report = await reading(store, ask)
  output.result(
    flags.json === true
      ? jsonLine({ v: 1, ev: 'status', ...report })
      : statusText(report, systemClock.wallMs(), resultColumns(), output.paintResult),
  )
  return EXIT.ok
}
