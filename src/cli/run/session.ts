import { systemClock, type Catalog, type Octopus } from '../../main/index.ts'
import type { RowOptions } from './options.ts'
import type { CheckedGraph } from './check-graph.ts'
import { ParentsFirst } from './parents-first.ts'
import { RowNames } from '../task-file/row-names.ts'
import type { RootCause } from './root-causes.ts'
import type { RowsBefore } from './rows-before.ts'
import { readRows, type SelectedRow } from './selected-rows.ts'
import type { Stop, StopReason } from './stop.ts'
import { Tally } from './tally.ts'
import type { TaskEnd } from './task-end.ts'
import { changedFile, type TaskFile } from '../task-file/task-file.ts'

export interface SessionOptions {
  readonly octopus: Octopus
  readonly file: TaskFile
  readonly catalog: Catalog
  readonly options: RowOptions
  readonly run: string
  readonly before: RowsBefore
  readonly graph: CheckedGraph | undefined
  readonly stop: Stop
  readonly deadlineMs: number | undefined
  readonly failFast: boolean
  readonly onEnd: (end: TaskEnd) => void
  readonly onStopping: (reason: StopReason, running: number) => void
}

/** How the session ended. */
export interface SessionEnd {
  readonly stopped: StopReason | undefined
  /** Rows that are not over: in the store, or not even there yet. */
  readonly left: number
  readonly wallMs: number
}

/**
 * One run from its start until its rows are over or somebody wants it to stop.
 *
 * ```
 * watch ─▶ start ─▶ enqueue rows, chunk by chunk ─▶ all over ─────────────────▶ end
 *                        └─── stop ─▶ pause ─▶ what runs finishes, or forced ──▶┘
 * ```
 */
export class Session {
  readonly tally: Tally
  readonly #options: SessionOptions
  readonly #names = new RowNames()
  readonly #order: ParentsFirst | undefined
  readonly #over = Promise.withResolvers<void>()
  readonly #expected: number
  readonly #startedAtMs = systemClock.monotonicMs()

  constructor(options: SessionOptions) {
    this.#options = options
    const { graph, before } = options
    const { expected } = before
    this.#order = graph === undefined ? undefined : new ParentsFirst(graph.rows)
    this.#expected = [...expected.values()].reduce((sum, rows) => sum + rows, 0)
    this.tally = new Tally({
      run: options.run,
      lineOf: (row) => this.#names.line(row),
      onEnd: (end) => this.#ended(end),
    })
    for (const [arm, rows] of expected) this.tally.expect(arm, rows)
  }

  get wallMs(): number {
    return systemClock.monotonicMs() - this.#startedAtMs
  }

  get expected(): number {
    return this.#expected
  }

  /** Whose failures kept rows from running. */
  rootCauses(): Promise<readonly RootCause[]> {
    return this.tally.rootCauses.list(this.#options.octopus, (row) => this.#names.line(row))
  }

  /** @throws OctopusError when the engine fails or the file is not what was checked */
  async run(): Promise<SessionEnd> {
    const { octopus, stop, deadlineMs } = this.#options
    const unwatch = octopus.watch((event) => {
      this.tally.watch(event)
      if (event.kind === 'engine.failed') this.#over.reject(event.error)
      else this.#checkOver()
    })
    const cancel =
      deadlineMs === undefined
        ? () => undefined
        : systemClock.after(deadlineMs, () => stop.request('deadline'))
    try {
      octopus.start()
      await this.#work()
    } finally {
      cancel()
      unwatch()
    }
    return { stopped: stop.reason, left: this.#expected - this.tally.over, wallMs: this.wallMs }
  }

  async #work(): Promise<void> {
    const { stop } = this.#options
    const enqueued = this.#enqueue()
    this.#checkOver()
    const done = Promise.all([enqueued, this.#over.promise]).then(() => 'done' as const)
    if ((await Promise.race([done, stop.stopping])) !== 'done') await this.#drain(enqueued)
  }

  async #drain(enqueued: Promise<void>): Promise<void> {
    const { octopus, stop, onStopping } = this.#options
    // What is refused because the engine closes is what is left.
    enqueued.catch(() => undefined)
    this.#over.promise.catch(() => undefined)
    octopus.pause()
    if (stop.reason !== undefined) onStopping(stop.reason, octopus.status().runningTasks)
    await Promise.race([octopus.drain(), stop.forced])
  }

  async #enqueue(): Promise<void> {
    const { file, catalog, options, octopus, stop } = this.#options
    let index = 0
    let enqueued = 0
    // One chunk is stored while the next is read.
    let storing: Promise<unknown> = Promise.resolve()
    for await (const { rows, faults } of readRows(file, catalog, options, this.#names)) {
      if (stop.reason !== undefined) return
      if (faults.length > 0 && !options.skipInvalid) throw changedFile(file)
      const first = index
      index += rows.length
      const specs = this.#next(rows, first).map((row) => this.#specOf(row))
      enqueued += specs.length
      await storing
      storing = specs.length === 0 ? storing : octopus.enqueueMany(specs)
      storing.catch(() => undefined)
    }
    await storing
    if (enqueued !== this.#expected) throw changedFile(file)
  }

  /** The rows of a chunk that go to the store now; one that waits for another goes after it. */
  #next(rows: readonly SelectedRow[], first: number): readonly SelectedRow[] {
    const { leftOut } = this.#options.before
    const order = this.#order
    if (order === undefined) return rows.filter((_, at) => !leftOut.has(first + at))
    return rows.flatMap((row, at) => (leftOut.has(first + at) ? order.skip(row) : order.pass(row)))
  }

  #specOf({ spec, name }: SelectedRow): SelectedRow['spec'] {
    const { run, graph } = this.#options
    const id = `${run}/${name}`
    if (graph === undefined) return { ...spec, id }
    const level = graph.levels.get(name) ?? 0
    const after = spec.after?.map((parent) => this.#parentId(parent, graph))
    return {
      ...spec,
      id,
      ...(after === undefined ? {} : { after }),
      ...(level === 0 ? {} : { level }),
    }
  }

  #parentId(parent: string, { rows }: CheckedGraph): string {
    const { run, before } = this.#options
    return before.elsewhere.get(parent) ?? (rows.has(parent) ? `${run}/${parent}` : parent)
  }

  #ended(end: TaskEnd): void {
    this.#options.onEnd(end)
    if (this.#options.failFast && end.trace.state === 'failed')
      this.#options.stop.request('fail-fast')
  }

  #checkOver(): void {
    if (this.tally.over >= this.#expected) this.#over.resolve()
  }
}
