import { cwd } from 'node:process'
import { systemClock, type ArmId } from '../../main/light.ts'
import { checkedArm } from '../arm-argument.ts'
import { reading } from '../door.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonLine, resultColumns, type Output } from '../output.ts'
import { storePath } from '../store-options.ts'
import type { StatusFlags } from './flags.ts'
import type { StatusReport } from './report.ts'
import { statusText } from './status-text.ts'

/** `octopus status`: one table of the arms, once or again and again. */
export async function status(
  name: string | undefined,
  flags: StatusFlags,
  output: Output,
): Promise<ExitCode> {
  const arm = name === undefined ? undefined : checkedArm(name)
  const store = await storePath(flags, cwd())
  const look = async (): Promise<string> => textOf(await ask(store, arm), flags, output)
  if (flags.watch !== true) {
    output.result(await look())
    return EXIT.ok
  }
  const { watchStatus } = await import('./watch.ts')
  return watchStatus(look, { repaint: flags.json !== true }, output)
}

/** Asked anew each time: an engine may come and go. */
function ask(store: string, arm: ArmId | undefined): Promise<StatusReport> {
  return reading(store, async (door) => {
    const report = await door.status()
    return { ...report, arms: report.arms.filter(({ id }) => arm === undefined || id === arm) }
  })
}

function textOf(report: StatusReport, { json }: StatusFlags, output: Output): string {
  return json === true
    ? jsonLine({ v: 1, ev: 'status', ...report })
    : statusText(report, systemClock.wallMs(), resultColumns(), output.paintResult)
}
