import { text } from 'node:stream/consumers'
import { dependencyOrder, OctopusError, type TaskSpec } from '../../main/light.ts'
import { checkedArm } from '../arm-argument.ts'
import type { Output } from '../output.ts'
import { FaultTeller } from '../task-file/fault-teller.ts'
import { parseRow } from '../task-file/row.ts'
import { isFault } from '../task-file/row-text.ts'
import type { TaskFile } from '../task-file/task-file.ts'
import type { EnqueueFlags } from './flags.ts'

/**
 * The one task of a command line.
 * @throws OctopusError E_USAGE, E_PAYLOAD for what is no JSON, E_UNKNOWN_ARM
 */
export async function specOf(
  type: string,
  json: string | undefined,
  flags: EnqueueFlags,
): Promise<TaskSpec> {
  const { id, priority, delay, after, arm } = flags
  const payload = json === '-' ? await text(process.stdin) : json
  return {
    type,
    ...(payload === undefined ? {} : { payload: parsed(payload) }),
    ...(id === undefined ? {} : { id }),
    ...(priority === undefined ? {} : { priority }),
    ...(delay === undefined ? {} : { delay }),
    ...(after === undefined ? {} : { after }),
    ...(arm === undefined ? {} : { arm: checkedArm(arm) }),
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new OctopusError('E_PAYLOAD', `the payload is no JSON: ${error.message}`, {
      hint: `Quote it for the shell: octopus enqueue type '{"file":"a.jpg"}'.`,
    })
  }
}

/**
 * Reads the whole file once, and tells what is wrong with it. Does any of its rows wait for others?
 * @throws OctopusError E_TASK_FILE; nothing was enqueued then
 */
export async function checkRows(file: TaskFile, output: Output): Promise<{ waits: boolean }> {
  const teller = new FaultTeller(file.name, output)
  let waits = false
  for await (const texts of file.rows()) {
    const rows = texts.map((one) => (isFault(one) ? one : parseRow(one)))
    teller.tell(rows.filter((row) => isFault(row)))
    waits ||= rows.some((row) => !isFault(row) && row.spec.after !== undefined)
  }
  teller.end()
  if (teller.told > 0) throw teller.refusal('nothing was enqueued', 'Correct the file.')
  return { waits }
}

/** The rows of a file that was checked, in their order. */
export async function* specsOf(file: TaskFile): AsyncGenerator<TaskSpec> {
  for await (const texts of file.rows())
    for (const one of texts) {
      const row = isFault(one) ? one : parseRow(one)
      if (!isFault(row)) yield row.spec
    }
}

/**
 * The same, each row after those of the file that it waits for, the longest chain first.
 * @throws OctopusError E_CYCLE naming the chain
 */
export async function orderedSpecs(file: TaskFile): Promise<readonly TaskSpec[]> {
  const specs = await Array.fromAsync(specsOf(file))
  // Whether a task of another file is in the store is for the store to say.
  const { order, levels } = dependencyOrder(specs, () => true)
  return order.flatMap((at) => {
    const spec = specs[at]
    return spec === undefined ? [] : [{ level: levels[at] ?? 0, ...spec }]
  })
}
