import { cwd } from 'node:process'
import { OctopusError, TaskFailedError, type Failure } from '../../main/light.ts'
import type { TaskHandle } from '../../main/index.ts'
import { changing, type Changing } from '../changing.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { counted } from '../format.ts'
import { jsonLine, oneLine, printable, type Output } from '../output.ts'
import { storePath } from '../store-options.ts'
import { TaskFile } from '../task-file/task-file.ts'
import { valueJson } from '../task-json.ts'
import { failureSentence } from '../task-words.ts'
import type { EnqueueFlags } from './flags.ts'
import { checkRows, orderedSpecs, specOf, specsOf } from './specs.ts'

/** `octopus enqueue`: a task, or those of a file, onto the disk; with --wait until they are over. */
export async function enqueue(
  type: string | undefined,
  json: string | undefined,
  flags: EnqueueFlags,
  output: Output,
): Promise<ExitCode> {
  const store = await storePath(flags, cwd())
  if (flags.file === undefined) {
    if (type === undefined) throw nothingNamed()
    const spec = await specOf(type, json, flags)
    return changing(store, flags, output, { types: true }, (door) =>
      accepted(door, async () => [await door.octopus.enqueue(spec)], flags, output),
    )
  }
  refuseBoth(type, flags)
  await using file = await TaskFile.open(flags.file, flags.format)
  const { waits } = await checkRows(file, output)
  const specs = waits ? await orderedSpecs(file) : specsOf(file)
  return await changing(store, flags, output, { types: true }, (door) =>
    accepted(door, () => door.octopus.enqueueMany(specs), flags, output),
  )
}

function nothingNamed(): OctopusError {
  return new OctopusError('E_USAGE', 'octopus enqueue takes a type, or a file with -f', {
    hint: `For example: octopus enqueue make-thumbs '{"file":"a.jpg"}'.`,
  })
}

/** @throws OctopusError E_USAGE for a task beside a file, or options of one */
function refuseBoth(type: string | undefined, flags: EnqueueFlags): void {
  const { id, priority, delay, after, arm } = flags
  const one = Object.entries({ type, id, priority, delay, after, arm })
  const given = one.find(([, value]) => value !== undefined)?.[0]
  if (given === undefined) return
  throw new OctopusError('E_USAGE', `with -f, what a task is stands in the file: not '${given}'`, {
    hint: 'Leave it away, or write it into the rows.',
  })
}

/** Handles of one task, or of many. */
interface Handles {
  readonly length: number
  at(index: number): TaskHandle | undefined
}

async function accepted(
  door: Changing,
  enqueueAll: () => Promise<Handles>,
  flags: EnqueueFlags,
  output: Output,
): Promise<ExitCode> {
  if (flags.wait === true && !door.runs) throw nobodyRuns()
  const batch = await enqueueAll()
  await tellAccepted(batch, flags, output)
  if (flags.wait === true) return results(batch, flags, output)
  if (!door.runs)
    output.message(
      `no engine runs: ${counted(batch.length, 'task')} ${batch.length === 1 ? 'waits' : 'wait'} for octopus start\n`,
    )
  return EXIT.ok
}

function nobodyRuns(): OctopusError {
  return new OctopusError('E_NO_OWNER', 'no engine runs, and --wait would wait for ever', {
    hint: 'Start one with octopus start, or run a file to its end with octopus run. Nothing was enqueued.',
  })
}

const TOLD_AT_ONCE = 1_000

async function tellAccepted(
  batch: Handles,
  { json, wait, file }: EnqueueFlags,
  output: Output,
): Promise<void> {
  const tell = (id: string): string =>
    json === true ? jsonLine({ v: 1, ev: 'task.accepted', id }) : `${oneLine(id)}\n`
  // With --wait stdout is for results.
  if (wait === true && json !== true) {
    if (file !== undefined) output.message(`${counted(batch.length, 'task')} on disk\n`)
    return
  }
  for (let at = 0; at < batch.length; at += TOLD_AT_ONCE) {
    const until = Math.min(batch.length, at + TOLD_AT_ONCE)
    const ids = Array.from({ length: until - at }, (_, index) => batch.at(at + index)?.id ?? '')
    output.result(ids.map(tell).join(''))
    await output.flushed()
  }
}

/** How many results are asked for at once. */
const WAITED_AT_ONCE = 256

/** In the order of the tasks, each as soon as those before it are over. */
async function results(batch: Handles, flags: EnqueueFlags, output: Output): Promise<ExitCode> {
  const ends: Promise<End | undefined>[] = []
  let failed = 0
  for (let at = 0, next = 0; at < batch.length; at++) {
    for (; next < Math.min(batch.length, at + WAITED_AT_ONCE); next++)
      ends.push(later(endOf(batch.at(next))))
    const end = await ends.shift()
    if (end === undefined) continue
    if (end.failure !== undefined) failed += 1
    tellEnd(end, flags, output)
  }
  return failed === 0 ? EXIT.ok : EXIT.failed
}

/** One that fails before it is awaited is heard of then. */
function later<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined)
  return promise
}

interface End {
  readonly id: string
  readonly result?: unknown
  readonly failure?: Failure
}

async function endOf(handle: TaskHandle | undefined): Promise<End | undefined> {
  if (handle === undefined) return undefined
  const { id } = handle
  try {
    return { id, result: await handle.result() }
  } catch (error) {
    const failure = failureIn(error)
    if (failure === undefined) throw error
    return { id, failure }
  }
}

/** What a TaskFailedError carries; anything else is no end of a task. */
function failureIn(error: unknown): Failure | undefined {
  return error instanceof TaskFailedError ? error.failure : undefined
}

function tellEnd({ id, result, failure }: End, { json }: EnqueueFlags, output: Output): void {
  if (json === true) {
    const state = failure === undefined ? 'succeeded' : 'failed'
    const given = valueJson('result', result)
    output.result(jsonLine({ v: 1, ev: 'task.finished', id, state, ...given, failure }))
  } else if (failure === undefined) output.result(resultLine(result))
  else
    output.message(
      `${output.paintMessage('red', '✖')} ${oneLine(id)}: ${printable(failureSentence(failure))}\n`,
    )
}

/** JSON; of bytes, base64. */
function resultLine(result: unknown): string {
  return result instanceof Uint8Array
    ? `${Buffer.from(result).toString('base64')}\n`
    : jsonLine(result ?? null)
}
