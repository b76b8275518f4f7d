import type { TaskRef } from '../../protocol/control-frame.ts'
import { OctopusError } from '../../protocol/errors.ts'
import type { Engine } from '../engine.ts'
import type { EngineEvent } from '../trace/observe.ts'
import { acceptedOf } from './ends.ts'
import { wireEvent } from './event.ts'
import { faultOf } from './fault.ts'
import type { Outbox } from './outbox.ts'

/** Open at once for one client. */
const STREAMS_MAX = 10_000

/** What one client watches: progress of tasks, and events. */
export class Streams {
  readonly #engine: Engine
  readonly #outbox: Outbox
  readonly #stops = new Map<number, () => void>()
  #over = false

  constructor(engine: Engine, outbox: Outbox) {
    this.#engine = engine
    this.#outbox = outbox
  }

  progress(call: number, task: TaskRef): void {
    acceptedOf(this.#engine, task).then(
      ({ seq }) =>
        this.#open(call, () =>
          this.#engine.completions.onProgress(seq, (progress) =>
            this.#outbox.latest({ call, kind: 'progress', progress }),
          ),
        ),
      (error: unknown) => this.#refuse(call, error),
    )
  }

  watch(call: number, kinds: readonly string[]): void {
    const wanted = new Set(kinds)
    this.#open(call, () =>
      this.#engine.observers.watch((event) => {
        if (wanted.size === 0 || wanted.has(event.kind)) this.#tell(call, event)
      }),
    )
  }

  stop(call: number): void {
    this.#stops.get(call)?.()
    this.#stops.delete(call)
    this.#outbox.forget(call)
  }

  stopAll(): void {
    this.#over = true
    for (const call of this.#stops.keys()) this.stop(call)
  }

  #open(call: number, listen: () => () => void): void {
    if (this.#over) return
    if (this.#stops.size >= STREAMS_MAX) return this.#refuse(call, tooMany())
    this.stop(call)
    this.#stops.set(call, listen())
  }

  #tell(call: number, event: EngineEvent): void {
    const { json, result } = wireEvent(event)
    const bytes = json.length + (result?.bytes.byteLength ?? 0)
    this.#outbox.event({ call, kind: 'event', json, result }, event.kind === 'task.progress', bytes)
  }

  #refuse(call: number, error: unknown): void {
    this.#outbox.send({ call, kind: 'fault', fault: faultOf(error) })
  }
}

function tooMany(): OctopusError {
  return new OctopusError('E_USAGE', `more than ${STREAMS_MAX} tasks or events watched at once`, {
    hint: 'Watch all events once instead of many tasks one by one.',
  })
}
