import { systemClock } from '../../main/index.ts'
import type { Environment } from '../environment.ts'
import { counted } from '../format.ts'
import type { Output } from '../output.ts'
import { outputFailed } from '../line-file.ts'
import { failureTeller } from './failure-text.ts'
import type { RunFlags } from './flags.ts'
import { annotation, withoutCommands } from './github.ts'
import { JobLog } from './job-log.ts'
import { finishedEvent } from './json-events.ts'
import { LineBatch } from './line-batch.ts'
import { ProgressView } from './progress-view.ts'
import { openProgress, silent, type ProgressDisplay } from './progress.ts'
import type { Session } from './session.ts'
import type { Stop, StopReason } from './stop.ts'
import type { TaskEnd } from './task-end.ts'

export interface ReportingOptions {
  readonly run: string
  readonly resumed: boolean
  /** The task file: `-` is stdin. */
  readonly file: string
  readonly flags: Pick<RunFlags, 'json' | 'quiet' | 'ui' | 'joblog'>
  /** The last column of the job log. */
  readonly commandOf: (end: TaskEnd) => string
  readonly output: Output
  readonly stop: Stop
  readonly environment: Environment
}

/** Everything that is told while a run lasts: progress, failures, events for programs, the job log. */
export class Reporting {
  readonly #options: ReportingOptions
  readonly #events: LineBatch | undefined
  readonly #jobLog: JobLog | undefined
  readonly #tellFailure: (end: TaskEnd) => void
  #display: ProgressDisplay
  #annotations = 0

  constructor(options: ReportingOptions) {
    const { flags, output, stop, file } = options
    this.#options = options
    this.#events = flags.json === true ? new LineBatch((text) => output.result(text)) : undefined
    this.#jobLog = this.#openJobLog()
    this.#display = silent(output)
    const { github } = options.environment
    this.#tellFailure = failureTeller(file, output.paintMessage, (text) =>
      this.#display.say(github ? withoutCommands(text) : text),
    )
    // Whoever read the results has gone: there is nobody left to work for.
    output.onResultsUnread((error) => {
      if (error === undefined) stop.request('stdout closed')
      else stop.fail('output failed', outputFailed('stdout', error))
    })
  }

  begin(head: string, session: Pick<Session, 'tally' | 'expected'>): void {
    const { flags, output, environment } = this.#options
    if (flags.quiet === true) return
    output.message(head)
    const ui = flags.ui ?? 'auto'
    if (ui === 'none' || session.expected === 0) return
    this.#display = openProgress(
      ui,
      new ProgressView(session.tally, systemClock),
      output,
      environment,
    )
  }

  ended(end: TaskEnd): void {
    this.#events?.add(finishedEvent(this.#options.run, end))
    this.#jobLog?.add(end)
    this.#tellFailure(end)
    if (this.#options.environment.github) this.#annotate(end)
  }

  // GitHub shows ten of a step.
  #annotate(end: TaskEnd): void {
    if (end.trace.state !== 'failed' || this.#annotations >= ANNOTATIONS_MAX) return
    this.#annotations += 1
    this.#display.say(annotation(end, this.#options.file))
  }

  stopping(reason: StopReason, running: number, kept: boolean): void {
    const rest = kept ? 'the rest stays in the store' : 'the rest is lost with the store in memory'
    const again = reason === 'SIGINT' ? '; Ctrl-C again does not wait' : ''
    this.#display.say(`${WHY[reason]}: ${counted(running, 'task')} may finish, ${rest}${again}\n`)
  }

  #openJobLog(): JobLog | undefined {
    const { flags, resumed, stop, commandOf } = this.#options
    if (flags.joblog === undefined) return undefined
    const failed = (error: Error): void => stop.fail('output failed', error)
    return new JobLog(flags.joblog, { append: resumed, commandOf, failed })
  }

  end(): void {
    this.#display.end()
    this.#events?.flush()
    this.#jobLog?.close()
  }
}

const ANNOTATIONS_MAX = 10

const WHY: Readonly<Record<StopReason, string>> = {
  SIGINT: 'Interrupted',
  SIGTERM: 'Terminated',
  'fail-fast': 'A task failed (--fail-fast)',
  deadline: 'The deadline has come (--deadline)',
  'output failed': 'The output cannot be written',
  'input failed': 'The input cannot be read on',
  'stdout closed': 'Nobody reads the results any more',
}
