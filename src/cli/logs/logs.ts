import { cwd } from 'node:process'
import { isFinal, type InspectedTask, type LogLine, type RemoteOctopus } from '../../main/light.ts'
import { reading } from '../door.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { unknownTask } from '../inspect/inspect.ts'
import { logLine } from '../inspect/log-line.ts'
import { jsonLine, oneLine, type Output } from '../output.ts'
import { withOwner } from '../owner.ts'
import { storePath } from '../store-options.ts'
import type { LogsFlags } from './flags.ts'

/** `octopus logs`: what a task logged and printed, so far or until it is over. */
export async function logs(id: string, flags: LogsFlags, output: Output): Promise<ExitCode> {
  const store = await storePath(flags, cwd())
  if (flags.follow === true)
    return withOwner(store, (owner) => follow(owner, id, store, flags, output))
  const task = await reading(store, (door) => door.get(id))
  if (task === undefined) throw unknownTask(id, store)
  tell(task.logs, flags, output)
  return EXIT.ok
}

function tell(lines: readonly LogLine[], { json }: LogsFlags, output: Output): void {
  const text = lines.map((line) =>
    json === true ? jsonLine(eventOf(line)) : `${logLine(line, Infinity, output.paintResult)}\n`,
  )
  output.result(text.join(''))
}

function eventOf({ atMs, level, text }: LogLine): object {
  return { v: 1, ev: 'log', at: new Date(atMs).toISOString(), level, text }
}

/** Looks again whenever an attempt of the task has ended, and whenever something may have been missed. */
async function follow(
  owner: RemoteOctopus,
  id: string,
  store: string,
  flags: LogsFlags,
  output: Output,
): Promise<ExitCode> {
  const news = new News()
  output.onResultsUnread(() => news.fail(undefined))
  const unwatch = owner.watch((event) => {
    if (event.kind === 'attempt.ended' && event.trace.task === id) news.come()
    if (event.kind === 'task.cancelled' && event.task === id) news.come()
    if (event.kind === 'owner.found') news.come()
    if (event.kind === 'owner.gone') news.fail(event.error)
    if (event.kind === 'task.progress' && event.task === id) {
      const { done, total, note } = event.progress
      const of = total === undefined ? '' : ` of ${total}`
      output.message(`${done}${of}${note === undefined ? '' : `  ${oneLine(note)}`}\n`)
    }
  })
  try {
    for (let told = 0; ;) {
      const task = await owner.get(id)
      if (task === undefined) throw unknownTask(id, store)
      tell(task.logs.slice(told), flags, output)
      told = task.logs.length
      if (isFinal(task.state)) return endOf(task, output)
      if (!(await news.next())) return EXIT.ok
    }
  } finally {
    unwatch()
  }
}

function endOf({ state }: InspectedTask, output: Output): ExitCode {
  output.message(`${state}\n`)
  return state === 'succeeded' ? EXIT.ok : EXIT.failed
}

/** Something happened since the last look; several happenings are one. */
class News {
  #came = Promise.withResolvers<boolean>()

  constructor() {
    this.#quiet()
  }

  come(): void {
    this.#came.resolve(true)
  }

  /** Nothing comes any more: for a reason, or because nobody reads on. */
  fail(error: unknown): void {
    if (error === undefined) this.#came.resolve(false)
    else this.#came.reject(error)
  }

  async next(): Promise<boolean> {
    const goesOn = await this.#came.promise
    if (goesOn) {
      this.#came = Promise.withResolvers()
      this.#quiet()
    }
    return goesOn
  }

  // What fails while nobody waits is heard of by whoever waits next.
  #quiet(): void {
    this.#came.promise.catch(() => undefined)
  }
}
