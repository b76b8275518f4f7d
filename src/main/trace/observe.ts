import type { Progress } from '../../protocol/host.ts'
import type { Failure } from '../../protocol/outcome.ts'
import type { ArmId, PayloadBytes, TaskId } from '../../protocol/task.ts'
import type { AttemptTrace } from '../store/store.ts'

/** Everything the engine tells while it runs. For watching only: nothing waits for a listener, nothing asks it. */
export type EngineEvent =
  | { readonly kind: 'engine.draining' }
  | { readonly kind: 'engine.closed' }
  | { readonly kind: 'engine.failed'; readonly error: Error }
  | {
      readonly kind: 'arm.changed'
      readonly arm: ArmId
      readonly enabled: boolean
      readonly paused: boolean
      readonly maxParallel: number
    }
  | {
      readonly kind: 'tasks.accepted'
      readonly arm: ArmId
      readonly type: string
      readonly count: number
    }
  /** `result` of a task that succeeded: read it with `fromPayloadBytes`. */
  | {
      readonly kind: 'attempt.ended'
      readonly trace: AttemptTrace
      readonly result: PayloadBytes | undefined
    }
  | { readonly kind: 'task.cancelled'; readonly task: TaskId }
  /** An ended task was given another run. */
  | { readonly kind: 'task.retried'; readonly task: TaskId }
  | { readonly kind: 'task.progress'; readonly task: TaskId; readonly progress: Progress }
  /** A failure that surfaced after its task had been settled; the outcome stands, the thread is replaced. */
  | {
      readonly kind: 'task.late-failure'
      readonly task: TaskId | undefined
      readonly failure: Failure
    }
  /** Kinds of resources that a task left behind in its thread. */
  | {
      readonly kind: 'thread.leftovers'
      readonly arm: ArmId
      readonly threadId: number
      readonly leftovers: readonly string[]
    }

export type Listener = (event: EngineEvent) => void

/** Who watches. `active` lets hot paths skip making events that nobody sees. */
export class Observers {
  readonly #listeners = new Set<Listener>()

  get active(): boolean {
    return this.#listeners.size > 0
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  tell(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A watcher's fault is the watcher's: it surfaces as an uncaught exception of theirs, the engine goes on.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
