import { cwd } from 'node:process'
import { systemClock, type InspectedTask, type TaskQuery } from '../../main/light.ts'
import { reading, type Reading } from '../door.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { parseFilter } from '../filter.ts'
import { jsonLine, resultColumns, type Output } from '../output.ts'
import { storePath } from '../store-options.ts'
import { taskJson } from '../task-json.ts'
import type { LsFlags } from './flags.ts'
import { listText } from './list-text.ts'

const LIMIT_DEFAULT = 100

/** `octopus ls`: the tasks that a filter chooses. */
export async function ls(flags: LsFlags, output: Output): Promise<ExitCode> {
  const query = parseFilter(flags.query ?? '', systemClock.wallMs())
  const store = await storePath(flags, cwd())
  await reading(store, (door) =>
    flags.json === true
      ? tellLines(door, query, flags, output)
      : tellTable(door, query, flags.limit ?? LIMIT_DEFAULT, output),
  )
  return EXIT.ok
}

/** Page by page, as fast as they are read; ends when nobody reads on. */
async function tellLines(
  door: Reading,
  query: TaskQuery,
  { limit = Infinity, payload }: LsFlags,
  output: Output,
): Promise<void> {
  let unread = false
  output.onResultsUnread(() => (unread = true))
  for await (const tasks of pages(door, query, limit)) {
    output.result(
      tasks.map((task) => jsonLine(taskJson(task, { payload: payload === true }))).join(''),
    )
    await output.flushed()
    if (unread) return
  }
}

async function tellTable(
  door: Reading,
  query: TaskQuery,
  limit: number,
  output: Output,
): Promise<void> {
  const tasks: InspectedTask[] = []
  // One more than is shown, to know whether there are more.
  for await (const page of pages(door, query, limit + 1)) tasks.push(...page)
  const shown = tasks.slice(0, limit)
  const { paintResult, paintMessage } = output
  if (shown.length > 0)
    output.result(listText(shown, systemClock.wallMs(), resultColumns(), paintResult))
  if (shown.length === 0) output.message(paintMessage('gray', 'no task fits\n'))
  else if (tasks.length > limit)
    output.message(paintMessage('gray', `the first ${limit}; more with --limit or --json\n`))
}

const PAGE = 500

async function* pages(
  door: Reading,
  query: TaskQuery,
  limit: number,
): AsyncGenerator<readonly InspectedTask[]> {
  let left = limit
  let after: number | undefined = 0
  while (after !== undefined && left > 0) {
    const page = await door.list({ ...query, limit: Math.min(PAGE, left), after })
    if (page.tasks.length > 0) yield page.tasks
    left -= page.tasks.length
    after = page.next
  }
}
