import { cwd } from 'node:process'
import { OctopusError, systemClock } from '../../main/light.ts'
import { reading } from '../door.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonLine, resultColumns, type Output } from '../output.ts'
import { storePath } from '../store-options.ts'
import { wholeTaskJson } from '../task-json.ts'
import type { InspectFlags } from './flags.ts'
import { taskText } from './task-text.ts'

/** `octopus inspect`: all that is on record of one task. */
export async function inspect(id: string, flags: InspectFlags, output: Output): Promise<ExitCode> {
  const store = await storePath(flags, cwd())
  const task = await reading(store, (door) => door.get(id))
  if (task === undefined) throw unknownTask(id, store)
  const { payload = false, trace = false, json = false } = flags
  const shown = { whole: payload, trace, nowMs: systemClock.wallMs(), width: resultColumns() }
  output.result(json ? jsonLine(wholeTaskJson(task)) : taskText(task, shown, output.paintResult))
  return EXIT.ok
}

export function unknownTask(id: string, store: string): OctopusError {
  return new OctopusError('E_UNKNOWN_TASK', `there is no task '${id}' in ${store}`, {
    task: id,
    hint: 'List what there is with octopus ls; retention drops the records of ended tasks.',
  })
}
